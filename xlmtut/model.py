"""XLM: one post-LN Transformer over the sum of token, position and language embeddings, and its heads.

Lample and Conneau (2019); the layers are those of Vaswani et al. (2017) with GELU. The weights carry the
names they have in the checkpoints published for Hugging Face transformers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.utils.generic import ModelOutput

from xlmtut.attention import Cache, MultiHeadAttention, padding_mask
from xlmtut.checks import check_count, check_inputs, check_positions
from xlmtut.config import XLMConfig
from xlmtut.embeddings import PositionEmbedding

__all__ = ["XLM", "XLMClassifier", "XLMLanguageModel", "XLMOutput", "XLMSpanQA", "XLMTokenClassifier"]


@dataclass
class XLMOutput(ModelOutput):
    """What a model returns; what it does not compute is None.

    Attributes
    ----------
    last_hidden_state : Tensor of shape (batch, length, dim)
        Zero at padding.
    logits : Tensor
        Language model (batch, length, vocab_size) or (k, vocab_size); classifier (batch, num_labels); token
        classifier (batch, length, num_labels).
    start_logits, end_logits : Tensor of shape (batch, length)
    hidden_states : tuple of n_layers + 1 Tensors of shape (batch, length, dim)
        The normalised sum of the embeddings, then the output of every layer.
    attentions : tuple of n_layers Tensors of shape (batch, heads, length, length)
    """

    last_hidden_state: Tensor
    logits: Tensor | None = None
    start_logits: Tensor | None = None
    end_logits: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


class FeedForward(nn.Module):
    """Two linear maps with an activation between them, at every position alone (Vaswani, section 3.3)."""

    def __init__(self, config: XLMConfig) -> None:
        super().__init__()
        self.lin1 = nn.Linear(config.emb_dim, 4 * config.emb_dim)
        self.lin2 = nn.Linear(4 * config.emb_dim, config.emb_dim)
        self.activation = F.gelu if config.gelu_activation else F.relu

    def forward(self, states: Tensor) -> Tensor:
        """(batch, length, dim) -> (batch, length, dim)."""
        hidden = self.activation(self.lin1(states))  # (batch, length, 4 dim)
        output: Tensor = self.lin2(hidden)  # (batch, length, dim)
        return output


class XLM(nn.Module):
    """The encoder: a vector for every token of a batch, made from the token and from those it attends to.

    Parameters
    ----------
    config : XLMConfig

    Notes
    -----
    Lample and Conneau (2019), section 3 and figure 1. The input of every sub-layer is added to its output and
    the sum is normalised (post-LN); padding is set to zero after every layer.

    Examples
    --------
    >>> model = XLM(XLMConfig.preset("mini", n_layers=1))
    >>> input_ids = torch.tensor([[1, 14, 15, 1], [1, 16, 1, 2]])  # 2 is the padding
    >>> model(input_ids, langs=torch.full_like(input_ids, 4)).last_hidden_state.shape
    torch.Size([2, 4, 128])
    """

    def __init__(self, config: XLMConfig) -> None:
        super().__init__()
        self.config = config
        n, dim, eps = config.n_layers, config.emb_dim, config.layer_norm_eps
        self.position_embeddings = PositionEmbedding(
            config.max_position_embeddings, dim, config.sinusoidal_embeddings
        )
        if config.has_lang_embeddings:
            self.lang_embeddings = nn.Embedding(config.n_langs, dim)
            nn.init.normal_(self.lang_embeddings.weight, std=dim**-0.5)
        self.embeddings = nn.Embedding(config.vocab_size, dim, padding_idx=config.pad_token_id)
        nn.init.normal_(self.embeddings.weight, std=dim**-0.5)
        nn.init.zeros_(self.embeddings.weight[config.pad_token_id])
        self.layer_norm_emb = nn.LayerNorm(dim, eps)
        self.attentions = nn.ModuleList(
            MultiHeadAttention(dim, config.n_heads, config.attention_dropout) for _ in range(n)
        )
        self.layer_norm1 = nn.ModuleList(nn.LayerNorm(dim, eps) for _ in range(n))
        self.ffns = nn.ModuleList(FeedForward(config) for _ in range(n))
        self.layer_norm2 = nn.ModuleList(nn.LayerNorm(dim, eps) for _ in range(n))
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        langs: Tensor | None = None,
        position_ids: Tensor | None = None,
        *,
        cache: Cache | None = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
    ) -> XLMOutput:
        """Encode a batch.

        Parameters
        ----------
        input_ids : int64 Tensor of shape (batch, length)
        attention_mask : bool or integer Tensor of shape (batch, length), optional
            1 for a token, 0 for padding; by default padding is where ``input_ids`` is ``pad_token_id``. A
            causal model needs its padding on the right.
        langs : int64 Tensor of shape (batch, length), optional
            The language of every token. Required by a model with language embeddings, ignored by others.
        position_ids : int64 Tensor of shape (batch, length), optional
            By default 0, 1, 2 …; in a TLM pair they start again at the second sentence.
        cache : dict, optional
            For a causal model that decodes token by token: the keys and values of the tokens before
            ``input_ids``, see :data:`xlmtut.attention.Cache`. There is no padding then.
        output_hidden_states, output_attentions : bool
            Also return the states of every layer; the attention weights (computed by the formula: slower).

        Returns
        -------
        XLMOutput

        Raises
        ------
        ValueError
            If shapes or dtypes do not fit, the batch is empty, ``langs`` is missing, or (on the CPU) an id is
            outside its table, a row is all padding, or the padding of a causal model is not on the right.
        """
        causal = self.config.causal
        states, mask = self.embed(input_ids, attention_mask, langs, position_ids, cache)
        hidden_states, attentions = [states], []
        for attention, norm1, ffn, norm2 in zip(
            self.attentions, self.layer_norm1, self.ffns, self.layer_norm2, strict=True
        ):
            attended = attention(
                states,
                mask=None if causal else mask,  # no token sees the padding to its right
                return_weights=output_attentions,
                causal=causal,
                cache=cache,
            )
            if output_attentions:
                attended, weights = attended
                attentions.append(weights)
            states = norm1(states + self.dropout(attended))
            states = norm2(states + self.dropout(ffn(states)))
            states = zero_padding(states, mask)
            if output_hidden_states:
                hidden_states.append(states)
        return XLMOutput(
            last_hidden_state=states,
            hidden_states=tuple(hidden_states) if output_hidden_states else None,
            attentions=tuple(attentions) if output_attentions else None,
        )

    def padding(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor | None:
        """The mask (batch, 1, 1, length) that hides the padding; None if there is none, which is faster."""
        if attention_mask is None:
            attention_mask = input_ids != self.config.pad_token_id
        mask = padding_mask(attention_mask)
        return None if all_true(mask) else mask

    def embed(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None,
        langs: Tensor | None,
        position_ids: Tensor | None,
        cache: Cache | None,
    ) -> tuple[Tensor, Tensor | None]:
        """Sum the embeddings of tokens, positions and languages and normalise the sum.

        Returns
        -------
        states : Tensor of shape (batch, length, dim)
        mask : bool Tensor of shape (batch, 1, 1, length) or None
            See :meth:`padding`.
        """
        past = cache[self.attentions[0]][0].shape[2] if cache else 0  # tokens decoded before
        check_inputs(self.config, input_ids, attention_mask, langs, position_ids, cache, past)
        mask = self.padding(input_ids, attention_mask) if cache is None else None
        if position_ids is None:
            position_ids = torch.arange(past, past + input_ids.shape[1], device=input_ids.device)[None]
        states = self.embeddings(input_ids) + self.position_embeddings(position_ids)  # (batch, length, dim)
        if self.config.has_lang_embeddings:
            states = states + self.lang_embeddings(langs)
        states = self.dropout(self.layer_norm_emb(states))
        return zero_padding(states, mask), mask


def zero_padding(states: Tensor, mask: Tensor | None) -> Tensor:
    """Set the states of padding to zero."""
    return states if mask is None else states.masked_fill(~mask[:, 0, 0, :, None], 0.0)


@torch.compiler.disable  # type: ignore[untyped-decorator]
def all_true(mask: Tensor) -> bool:
    """Whether nothing is masked. On a GPU the host waits for the device here, once per batch."""
    return bool(mask.all())


class PredictionLayer(nn.Module):
    """Logits over the vocabulary: a linear map with the weight of the token embeddings, and a bias."""

    def __init__(self, embeddings: nn.Embedding) -> None:
        super().__init__()
        self.proj = nn.Linear(embeddings.embedding_dim, embeddings.num_embeddings, device="meta")
        self.proj.weight = embeddings.weight
        self.proj.bias = nn.Parameter(torch.zeros(embeddings.num_embeddings))

    def forward(self, states: Tensor, positions: Tensor | None = None) -> Tensor:
        """(batch, length, dim) -> (batch, length, vocab_size), or (k, vocab_size) at k positions."""
        if positions is not None:
            check_positions(positions, states)
            if positions.dtype == torch.bool:
                positions = positions.flatten().nonzero().squeeze(1)  # (k,)
            states = states.flatten(0, 1).index_select(0, positions)  # (k, dim)
        logits: Tensor = self.proj(states)
        return logits


class XLMLanguageModel(nn.Module):
    """XLM with a language-model head, tied to the token embeddings (CLM, MLM, TLM)."""

    def __init__(self, config: XLMConfig) -> None:
        super().__init__()
        self.transformer = XLM(config)
        self.pred_layer = PredictionLayer(self.transformer.embeddings)

    def forward(self, *inputs: Any, positions: Tensor | None = None, **more: Any) -> XLMOutput:
        """Logits over the vocabulary at every position, or only where they are asked for.

        Parameters
        ----------
        *inputs, **more
            As :meth:`XLM.forward`.
        positions : Tensor, optional
            Where to compute logits: a bool mask (batch, length), or k flat indices ``row * length + column``
            (int64, any order), which spare a GPU the wait for their number. MLM predicts 15 % of the
            positions; the rest of the model's largest matrix product is not computed.

        Returns
        -------
        XLMOutput
            With ``logits`` of shape (batch, length, vocab_size), or (k, vocab_size) with ``positions``.
            Those of a position predict that position (MLM, TLM) or the next one (CLM); nothing is shifted.
        """
        output: XLMOutput = self.transformer(*inputs, **more)
        output.logits = self.pred_layer(output.last_hidden_state, positions)
        return output


class XLMClassifier(nn.Module):
    """XLM with a linear classifier of the first hidden state (the paper's cross-lingual classification)."""

    def __init__(self, config: XLMConfig, num_labels: int) -> None:
        super().__init__()
        check_count("num_labels", num_labels)
        self.transformer = XLM(config)
        self.dropout = nn.Dropout(config.dropout)
        self.sequence_summary = nn.ModuleDict({"summary": nn.Linear(config.emb_dim, num_labels)})

    def forward(self, *inputs: Any, **more: Any) -> XLMOutput:
        """As :meth:`XLM.forward`, with ``logits`` of shape (batch, num_labels)."""
        output: XLMOutput = self.transformer(*inputs, **more)
        first = self.dropout(output.last_hidden_state[:, 0])  # (batch, dim)
        output.logits = self.sequence_summary["summary"](first)  # (batch, num_labels)
        return output


class XLMSpanQA(nn.Module):
    """XLM with a linear map that scores every token as the start and as the end of an answer."""

    def __init__(self, config: XLMConfig) -> None:
        super().__init__()
        self.transformer = XLM(config)
        self.qa_outputs = nn.Linear(config.emb_dim, 2)

    def forward(self, *inputs: Any, **more: Any) -> XLMOutput:
        """As :meth:`XLM.forward`, with ``start_logits`` and ``end_logits`` of shape (batch, length)."""
        output: XLMOutput = self.transformer(*inputs, **more)
        output.start_logits, output.end_logits = self.qa_outputs(output.last_hidden_state).unbind(-1)
        return output


class XLMTokenClassifier(nn.Module):
    """XLM with a linear classifier of every token."""

    def __init__(self, config: XLMConfig, num_labels: int) -> None:
        super().__init__()
        check_count("num_labels", num_labels)
        self.transformer = XLM(config)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(config.emb_dim, num_labels)

    def forward(self, *inputs: Any, **more: Any) -> XLMOutput:
        """As :meth:`XLM.forward`, with ``logits`` of shape (batch, length, num_labels)."""
        output: XLMOutput = self.transformer(*inputs, **more)
        output.logits = self.classifier(self.dropout(output.last_hidden_state))
        return output
