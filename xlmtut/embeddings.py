"""Position embeddings: the fixed sinusoids of the first Transformer, and the learned table of XLM."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xlmtut.checks import check_count, check_ids

__all__ = ["PositionEmbedding", "sinusoidal_positions"]


def sinusoidal_positions(n_positions: int, dim: int) -> Tensor:
    r"""Fixed position encodings: sine and cosine of :math:`p\,\omega_i` for :math:`\omega_i = 10000^{-2i/d}`.

    Parameters
    ----------
    n_positions : int
    dim : int
        Even: sine and cosine of a frequency stand in columns :math:`2i` and :math:`2i+1`.

    Returns
    -------
    Tensor of shape (n_positions, dim)
        Every row has the norm :math:`\sqrt{d/2}`.

    Raises
    ------
    ValueError
        If a size is not positive or ``dim`` is odd.

    Notes
    -----
    Vaswani et al. (2017), section 3.5. Computed in double precision, returned in PyTorch's default.

    Examples
    --------
    >>> sinusoidal_positions(2, 4)
    tensor([[0.0000, 1.0000, 0.0000, 1.0000],
            [0.8415, 0.5403, 0.0100, 0.9999]])
    """
    check_count("n_positions", n_positions)
    check_count("dim", dim)
    if dim % 2:
        raise ValueError(f"dim is {dim}; expected an even number, a sine and a cosine for each frequency")
    position = torch.arange(n_positions, dtype=torch.float64)
    frequency = 10000 ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    angle = torch.outer(position, frequency)  # (n_positions, dim / 2)
    pairs = torch.stack([angle.sin(), angle.cos()], dim=-1)  # (n_positions, dim / 2, 2)
    return pairs.flatten(1).to(torch.get_default_dtype())  # (n_positions, dim)


class PositionEmbedding(nn.Embedding):
    """One vector per position, learned as in XLM or fixed sinusoids.

    Parameters
    ----------
    n_positions : int
        Positions run from 0 to ``n_positions - 1``; 512 in the published XLM checkpoints.
    dim : int
    sinusoidal : bool
        Fill the table with :func:`sinusoidal_positions` and do not train it.

    Raises
    ------
    ValueError
        If a size is not positive, or ``dim`` is odd with ``sinusoidal=True``.

    Notes
    -----
    Learned vectors start from a normal distribution with standard deviation :math:`d^{-1/2}`, so that
    their norm is about 1.

    Examples
    --------
    >>> positions = PositionEmbedding(512, 8)
    >>> positions(torch.tensor([[0, 1, 2, 0, 1]])).shape  # a TLM pair: positions restart
    torch.Size([1, 5, 8])
    """

    def __init__(self, n_positions: int, dim: int, sinusoidal: bool = False) -> None:
        check_count("n_positions", n_positions)
        check_count("dim", dim)
        self.sinusoidal = sinusoidal
        super().__init__(n_positions, dim)
        self.weight.requires_grad = not sinusoidal

    def reset_parameters(self) -> None:
        """Fill the table anew; PyTorch calls this on construction."""
        with torch.no_grad():
            if self.sinusoidal:
                self.weight.copy_(sinusoidal_positions(self.num_embeddings, self.embedding_dim))
            else:
                nn.init.normal_(self.weight, std=self.embedding_dim**-0.5)

    def forward(self, position_ids: Tensor) -> Tensor:
        """Look positions up.

        Parameters
        ----------
        position_ids : integer Tensor of shape (batch, length)

        Returns
        -------
        Tensor of shape (batch, length, dim)

        Raises
        ------
        ValueError
            If the ids are not integers or (on the CPU) one is outside the table.
        """
        check_ids("position_ids", position_ids, self.num_embeddings)
        return super().forward(position_ids)
