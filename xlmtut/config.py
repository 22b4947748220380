"""The shape of a model: :class:`XLMConfig`, with the shapes of the ten published checkpoints."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

__all__ = ["PUBLISHED", "XLMConfig"]

_XNLI = "ar-bg-de-el-en-es-fr-hi-ru-sw-th-tr-ur-vi-zh"


@dataclass(frozen=True)
class XLMConfig:
    """What a model is built from; the names are those of ``config.json`` in Hugging Face transformers.

    The defaults are the ``mini`` shape, small enough to train on a laptop: about 1.6 million parameters, the
    15 languages of XNLI and a free slot for a 16th.

    Attributes
    ----------
    vocab_size : int
        Number of BPE types, special tokens included.
    emb_dim : int
        Dimension :math:`d` of the states; a multiple of ``n_heads``. The feed-forward layers have :math:`4d`.
    n_layers, n_heads : int
    dropout, attention_dropout : float
        Probabilities in [0, 1) with which states and attention weights are set to zero in training.
    gelu_activation : bool
        GELU in the feed-forward layers; ReLU if False.
    sinusoidal_embeddings : bool
        Fixed sinusoidal positions instead of learned ones.
    causal : bool
        Every position attends only to itself and leftwards: a causal language model (CLM).
    n_langs : int
        Number of languages.
    use_lang_emb : bool
        Add a language embedding to every token (if there is more than one language).
    max_position_embeddings : int
        Positions run from 0 to this minus 1.
    layer_norm_eps : float
    pad_token_id : int
    lang2id : dict of str to int
        The language codes; may be empty.

    Raises
    ------
    ValueError
        If a value is out of range or two do not fit together.

    Examples
    --------
    >>> config = XLMConfig.preset("xlm-mlm-tlm-xnli15-1024")
    >>> config.n_layers, config.emb_dim, config.n_heads, config.lang2id["fr"]
    (12, 1024, 8, 6)
    >>> XLMConfig.preset("mini", n_layers=2).n_layers
    2
    """

    vocab_size: int = 6000
    emb_dim: int = 128
    n_layers: int = 4
    n_heads: int = 4
    dropout: float = 0.1
    attention_dropout: float = 0.1
    gelu_activation: bool = True
    sinusoidal_embeddings: bool = False
    causal: bool = False
    n_langs: int = 16
    use_lang_emb: bool = True
    max_position_embeddings: int = 256
    layer_norm_eps: float = 1e-12
    pad_token_id: int = 2
    lang2id: dict[str, int] = field(default_factory=lambda: _lang2id(_XNLI))

    def __post_init__(self) -> None:
        for name in ("vocab_size", "emb_dim", "n_layers", "n_heads", "n_langs", "max_position_embeddings"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"{name} is {value!r}; expected a whole number, at least 1")
        if self.emb_dim % self.n_heads != 0:
            raise ValueError(
                f"emb_dim is {self.emb_dim} with {self.n_heads} heads; expected a multiple of n_heads"
            )
        if self.sinusoidal_embeddings and self.emb_dim % 2:
            raise ValueError(f"emb_dim is {self.emb_dim}; expected an even number for sinusoidal positions")
        for name in ("dropout", "attention_dropout"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not 0 <= value < 1:
                raise ValueError(f"{name} is {value!r}; expected a probability in [0, 1)")
        for name in ("gelu_activation", "sinusoidal_embeddings", "causal", "use_lang_emb"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} is {getattr(self, name)!r}; expected True or False")
        if not isinstance(self.layer_norm_eps, int | float) or self.layer_norm_eps <= 0:
            raise ValueError(f"layer_norm_eps is {self.layer_norm_eps!r}; expected a positive number")
        if not isinstance(self.pad_token_id, int) or not 0 <= self.pad_token_id < self.vocab_size:
            raise ValueError(f"pad_token_id is {self.pad_token_id}; expected 0 to {self.vocab_size - 1}")
        if not isinstance(self.lang2id, dict):
            raise ValueError(f"lang2id is {self.lang2id!r}; expected a dict from language codes to ids")
        for language, i in self.lang2id.items():
            if not isinstance(i, int) or not 0 <= i < self.n_langs:
                raise ValueError(f"lang2id gives {language!r} the id {i!r}; expected 0 to {self.n_langs - 1}")

    @property
    def has_lang_embeddings(self) -> bool:
        """Whether the model has a table of language embeddings, so that its inputs need ``langs``."""
        return self.use_lang_emb and self.n_langs > 1

    @classmethod
    def preset(cls, name: str, **changes: Any) -> XLMConfig:
        """The shape ``"mini"`` or that of a published checkpoint, with changes.

        Parameters
        ----------
        name : str
            ``"mini"`` or one of :data:`PUBLISHED`.
        **changes
            Fields to set otherwise, for example ``n_layers=2``.

        Raises
        ------
        ValueError
            If there is no such preset or field, or the changed shape is not valid.
        """
        base = {"mini": cls(), **PUBLISHED}.get(name)
        if base is None:
            raise ValueError(f"no preset {name!r}; expected 'mini' or one of {', '.join(PUBLISHED)}")
        unknown = changes.keys() - {f.name for f in dataclasses.fields(cls)}
        if unknown:
            raise ValueError(f"XLMConfig has no field {min(unknown)!r}; its docstring lists the fields")
        return dataclasses.replace(base, **changes)


def _lang2id(languages: str) -> dict[str, int]:
    """Number the languages in alphabetical order, as the original code does."""
    return {language: i for i, language in enumerate(sorted(languages.split("-")))}


def _published(
    layers: int, dim: int, heads: int, vocab: int, n_langs: int, languages: str = "", **flags: bool
) -> XLMConfig:
    return XLMConfig(
        vocab_size=vocab,
        emb_dim=dim,
        n_layers=layers,
        n_heads=heads,
        n_langs=n_langs,
        max_position_embeddings=512,
        lang2id=_lang2id(languages) if languages else {},
        **flags,
    )


PUBLISHED: dict[str, XLMConfig] = {
    "xlm-mlm-en-2048": _published(12, 2048, 16, 30145, 1, "en"),
    "xlm-mlm-ende-1024": _published(6, 1024, 8, 64699, 2, "de-en"),
    "xlm-clm-ende-1024": _published(6, 1024, 8, 64699, 2, "de-en", causal=True),
    "xlm-mlm-enfr-1024": _published(6, 1024, 8, 64139, 2, "en-fr"),
    "xlm-clm-enfr-1024": _published(6, 1024, 8, 64139, 2, "en-fr", causal=True),
    "xlm-mlm-enro-1024": _published(6, 1024, 8, 64592, 2, "en-ro"),
    "xlm-mlm-xnli15-1024": _published(12, 1024, 8, 95000, 15, _XNLI),
    "xlm-mlm-tlm-xnli15-1024": _published(12, 1024, 8, 95000, 15, _XNLI),
    "xlm-mlm-17-1280": _published(16, 1280, 16, 200000, 17, use_lang_emb=False),
    "xlm-mlm-100-1280": _published(16, 1280, 16, 200000, 100, use_lang_emb=False),
}
"""The shapes of the ten checkpoints published under ``FacebookAI/`` on the Hugging Face Hub."""
