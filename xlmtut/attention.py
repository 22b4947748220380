"""Attention: the formula as the paper writes it, and multi-head attention on PyTorch's fused kernel.

Masks are boolean and broadcast to ``(batch, heads, n, m)``: ``True`` where a query may attend to a key. A
query that may attend to nothing is refused on the CPU. On a GPU nobody looks (see :mod:`xlmtut.checks`):
there the formula gives ``nan`` for it.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from xlmtut.checks import check_count, check_mask, may_look_inside

__all__ = ["Cache", "MultiHeadAttention", "causal_mask", "padding_mask", "scaled_dot_product_attention"]


Cache: TypeAlias = "dict[nn.Module, tuple[Tensor, Tensor]]"
"""Keys and values by the attention that computed them, each of shape (batch, heads, length, dim / heads).

Decoding token by token starts with an empty dict and passes it at every step. To reorder the rows of a batch,
as beam search does, index the tensors' first axis.
"""


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    r"""Attention as the formula says it: softmax(QKᵀ / √d_k) V.

    For reading and for looking at the weights; :class:`MultiHeadAttention` computes the same numbers
    with PyTorch's fused kernel.

    Parameters
    ----------
    query : Tensor of shape (..., n, d_k)
    key : Tensor of shape (..., m, d_k)
    value : Tensor of shape (..., m, d_v)
    mask : bool Tensor, broadcastable to (..., n, m), optional
        ``True`` where a query may attend to a key. Every query needs at least one key: a row without any
        is refused on the CPU and gives ``nan`` on a GPU, where nobody looks (:mod:`xlmtut.checks`).
    scale : float, optional
        The factor on the scores; :math:`1/\sqrt{d_k}` by default.

    Returns
    -------
    output : Tensor of shape (..., n, d_v)
        For every query, the mean of the values under its weights.
    weights : Tensor of shape (..., n, m)
        Non-negative; every row sums to 1.

    Raises
    ------
    ValueError
        If shapes, dtypes or the mask do not fit, or a query may attend to no key.

    Notes
    -----
    Vaswani et al. (2017), section 3.2.1, equation 1.

    Examples
    --------
    >>> x = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> output, weights = scaled_dot_product_attention(x, x, x, scale=1.0)
    >>> weights
    tensor([[0.7311, 0.2689],
            [0.2689, 0.7311]])
    """
    _check_query_key_value(query, key, value)
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    scores = query @ key.mT * scale  # (..., n, m)
    if mask is not None:
        check_mask(mask, scores.shape)
        scores = scores.masked_fill(~mask, -math.inf)
    weights = scores.softmax(dim=-1)
    return weights @ value, weights  # (..., n, d_v), (..., n, m)


def causal_mask(n: int, m: int | None = None) -> Tensor:
    """Which positions a language model may look at: each position itself and those to its left.

    Parameters
    ----------
    n : int
        The number of queries.
    m : int, optional
        The number of keys, if the queries are only the last n of m positions.

    Returns
    -------
    Tensor of shape (n, m), bool
        Lower triangular, shifted right by m - n.

    Raises
    ------
    ValueError
        If n is not positive or larger than m.

    Notes
    -----
    Vaswani et al. (2017), section 3.2.3.
    """
    check_count("n", n)
    m = n if m is None else m
    if n > m:
        raise ValueError(f"n is {n} with {m} keys; expected at most as many queries as keys")
    return torch.ones(n, m, dtype=torch.bool).tril(m - n)


def padding_mask(attention_mask: Tensor) -> Tensor:
    """Turn a tokenizer's attention mask into one that hides the padding from every head and query.

    Parameters
    ----------
    attention_mask : Tensor of shape (batch, m), bool or integer
        1 for a token, 0 for padding.

    Returns
    -------
    Tensor of shape (batch, 1, 1, m), bool

    Raises
    ------
    ValueError
        If the mask is not two-dimensional, holds floats or, on the CPU, holds other numbers than 0 and 1
        or a row that is all padding.

    Examples
    --------
    >>> padding_mask(torch.tensor([[1, 1, 0]]))
    tensor([[[[ True,  True, False]]]])
    """
    if attention_mask.ndim != 2:
        raise ValueError(f"attention_mask has shape {tuple(attention_mask.shape)}; expected (batch, length)")
    if attention_mask.is_floating_point() or attention_mask.is_complex():
        raise ValueError(f"attention_mask is {attention_mask.dtype}; expected bool or integers 0 and 1")
    mask = attention_mask.bool()
    if may_look_inside(attention_mask):
        wrong = attention_mask[attention_mask != mask]
        if len(wrong):
            raise ValueError(f"attention_mask holds {wrong[0].item()}; expected only 0 and 1")
        if not mask.any(dim=1).all():
            row = int(mask.any(dim=1).int().argmin())
            raise ValueError(
                f"row {row} of attention_mask is all padding; expected at least one token, drop it"
            )
    return mask[:, None, None, :]


class MultiHeadAttention(nn.Module):
    r"""Multi-head attention: ``n_heads`` attentions side by side, each on its own share of the dimensions.

    Parameters
    ----------
    dim : int
        Dimension :math:`d` of the states.
    n_heads : int
        Number of heads :math:`h`; divides ``dim``.
    dropout : float
        Probability with which a weight is set to zero in training.

    Raises
    ------
    ValueError
        If ``n_heads`` does not divide ``dim``, or ``dropout`` is not in [0, 1).

    Notes
    -----
    Vaswani et al. (2017), section 3.2.2. The four linear maps carry the names they have in the published XLM
    checkpoints; unlike the paper's they have biases.

    Examples
    --------
    >>> attention = MultiHeadAttention(dim=8, n_heads=2)
    >>> states = torch.randn(1, 5, 8)
    >>> attention(states, mask=causal_mask(5)).shape
    torch.Size([1, 5, 8])
    """

    def __init__(self, dim: int, n_heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        check_count("dim", dim)
        check_count("n_heads", n_heads)
        if dim % n_heads != 0:
            raise ValueError(f"dim is {dim} with {n_heads} heads; expected dim to be a multiple of n_heads")
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout is {dropout}; expected a probability in [0, 1)")
        self.dim, self.n_heads, self.dropout = dim, n_heads, dropout
        self.q_lin = nn.Linear(dim, dim)
        self.k_lin = nn.Linear(dim, dim)
        self.v_lin = nn.Linear(dim, dim)
        self.out_lin = nn.Linear(dim, dim)

    def forward(
        self,
        states: Tensor,
        context: Tensor | None = None,
        mask: Tensor | None = None,
        return_weights: bool = False,
        *,
        causal: bool = False,
        cache: Cache | None = None,
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Attend from every position of ``states`` to the positions of ``context``.

        Parameters
        ----------
        states : Tensor of shape (batch, n, dim)
            The queries are made from these.
        context : Tensor of shape (batch, m, dim), optional
            The keys and values are made from these. Without it they are made from ``states``: self-attention.
        mask : bool Tensor, broadcastable to (batch, heads, n, m), optional
            ``True`` where a query may attend to a key; see :func:`causal_mask` and :func:`padding_mask`.
        return_weights : bool
            Compute with the formula instead of the fused kernel, and return the weights too.
        causal : bool
            Self-attention that hides the future: ``mask=causal_mask(n)``; the kernel skips what is hidden.
        cache : dict, optional
            What this and other attentions computed for earlier tokens (see :data:`Cache`); it is extended.

        Returns
        -------
        output : Tensor of shape (batch, n, dim)
        weights : Tensor of shape (batch, heads, n, m)
            Only with ``return_weights=True``; as they are before dropout.

        Raises
        ------
        ValueError
            If shapes, dtypes or the mask do not fit, or (on the CPU) a query may attend to no key.
        """
        self._check_states(states, context)
        if causal and not (context is None and mask is None):
            raise ValueError("causal=True with a context or a mask; expected self-attention without a mask")
        query = self._split(self.q_lin(states))  # (batch, heads, n, dim / heads)
        key, value = self._keys_and_values(states, context, cache)  # (batch, heads, m, dim / heads)
        n, m = query.shape[2], key.shape[2]
        if causal and (return_weights or 1 < n < m):
            mask = causal_mask(n, m).to(states.device)
        dropout = self.dropout if self.training else 0.0
        if return_weights:
            _, weights = scaled_dot_product_attention(query, key, value, mask)
            mixed = F.dropout(weights, dropout) @ value
            return self.out_lin(self._join(mixed)), weights
        if mask is not None:
            check_mask(mask, (*query.shape[:3], m))
        is_causal = causal and n == m
        mixed = F.scaled_dot_product_attention(query, key, value, mask, dropout, is_causal=is_causal)
        output: Tensor = self.out_lin(self._join(mixed))
        return output

    def _keys_and_values(
        self, states: Tensor, context: Tensor | None, cache: Cache | None
    ) -> tuple[Tensor, Tensor]:
        """Keys and values, each (batch, heads, m, dim / heads): made here, taken from the cache, or both."""
        before = None if cache is None else cache.get(self)
        if context is not None and before is not None:
            return before  # the context is the same at every step
        source = states if context is None else context
        key, value = self._split(self.k_lin(source)), self._split(self.v_lin(source))
        if before is not None:
            key, value = torch.cat([before[0], key], dim=2), torch.cat([before[1], value], dim=2)
        if cache is not None:
            cache[self] = key, value
        return key, value

    def _split(self, states: Tensor) -> Tensor:
        """Cut the last axis into heads: (batch, n, dim) -> (batch, heads, n, dim / heads)."""
        return states.view(*states.shape[:2], self.n_heads, -1).transpose(1, 2)

    def _join(self, heads: Tensor) -> Tensor:
        """Put the heads side by side again: (batch, heads, n, dim / heads) -> (batch, n, dim)."""
        return heads.transpose(1, 2).flatten(-2)

    def _check_states(self, states: Tensor, context: Tensor | None) -> None:
        context = states if context is None else context
        for name, tensor in (("states", states), ("context", context)):
            if tensor.ndim != 3 or tensor.shape[-1] != self.dim or 0 in tensor.shape:
                raise ValueError(
                    f"{name} has shape {tuple(tensor.shape)}; expected (batch, length, {self.dim}), not empty"
                )
            if not tensor.is_floating_point():
                raise ValueError(f"{name} is {tensor.dtype}; expected floats, embed token ids first")
        if states.shape[0] != context.shape[0]:
            raise ValueError(
                f"states have {states.shape[0]} rows and context {context.shape[0]}; expected as many"
            )

    def extra_repr(self) -> str:
        """What ``print(module)`` shows."""
        return f"dim={self.dim}, n_heads={self.n_heads}, dropout={self.dropout}"


def _check_query_key_value(query: Tensor, key: Tensor, value: Tensor) -> None:
    for name, tensor in (("query", query), ("key", key), ("value", value)):
        if tensor.ndim < 2:
            raise ValueError(f"{name} has shape {tuple(tensor.shape)}; expected (..., length, dim)")
        if not tensor.is_floating_point():
            raise ValueError(f"{name} is {tensor.dtype}; expected floats")
    if query.shape[-1] != key.shape[-1]:
        raise ValueError(f"query has {query.shape[-1]} dimensions and key {key.shape[-1]}; expected as many")
    if key.shape[-2] != value.shape[-2]:
        raise ValueError(f"there are {key.shape[-2]} keys and {value.shape[-2]} values; expected as many")
