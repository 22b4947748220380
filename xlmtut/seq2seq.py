"""Translation with XLM: a pretrained encoder, and a decoder that starts from the same weights.

As Lample and Conneau (2019) initialise their models for unsupervised and supervised machine translation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from xlmtut.attention import Cache, MultiHeadAttention
from xlmtut.config import XLMConfig
from xlmtut.model import XLM, PredictionLayer, XLMLanguageModel, XLMOutput, zero_padding

__all__ = ["Decoder", "XLMSeq2Seq"]


class Decoder(XLM):
    """A causal XLM that also attends, in every layer, to what an encoder has made of the source.

    The cross-attention (``encoder_attn``) stands between self-attention and feed-forward layer, with its own
    residual and normalisation (``layer_norm15``); the names are those of the original code.

    Parameters
    ----------
    config : XLMConfig
        ``causal`` is set whatever it says.
    """

    def __init__(self, config: XLMConfig) -> None:
        super().__init__(replace(config, causal=True))
        n, dim = config.n_layers, config.emb_dim
        self.encoder_attn = nn.ModuleList(
            MultiHeadAttention(dim, config.n_heads, config.attention_dropout) for _ in range(n)
        )
        self.layer_norm15 = nn.ModuleList(nn.LayerNorm(dim, config.layer_norm_eps) for _ in range(n))
        self.pred_layer = PredictionLayer(self.embeddings)

    def forward(  # type: ignore[override]  # a decoder cannot stand in for an encoder: it needs a source
        self,
        input_ids: Tensor,
        context: Tensor,
        context_mask: Tensor | None = None,
        attention_mask: Tensor | None = None,
        langs: Tensor | None = None,
        position_ids: Tensor | None = None,
        *,
        positions: Tensor | None = None,
        cache: Cache | None = None,
    ) -> XLMOutput:
        """Predict the next target token at every position.

        Parameters
        ----------
        input_ids, attention_mask, langs, position_ids, cache
            The target, as in :meth:`xlmtut.model.XLM.forward`. With a cache, only the tokens that are new.
        context : Tensor of shape (batch, source length, dim)
            The encoder's last hidden state.
        context_mask : bool Tensor of shape (batch, 1, 1, source length), optional
            False at the source's padding, see :func:`xlmtut.attention.padding_mask`.
        positions : Tensor, optional
            Where to compute logits, as in :meth:`xlmtut.model.XLMLanguageModel.forward`.

        Returns
        -------
        XLMOutput
            With ``logits`` of shape (batch, length, vocab_size), or (k, vocab_size) with ``positions``.
        """
        states, mask = self.embed(input_ids, attention_mask, langs, position_ids, cache)
        for i in range(self.config.n_layers):
            attended = self.attentions[i](states, causal=True, cache=cache)
            states = self.layer_norm1[i](states + self.dropout(attended))
            attended = self.encoder_attn[i](states, context, context_mask, cache=cache)
            states = self.layer_norm15[i](states + self.dropout(attended))
            states = self.layer_norm2[i](states + self.dropout(self.ffns[i](states)))
            states = zero_padding(states, mask)
        return XLMOutput(last_hidden_state=states, logits=self.pred_layer(states, positions))


class XLMSeq2Seq(nn.Module):
    """Encoder and decoder of one shape, each with its own weights.

    Parameters
    ----------
    config : XLMConfig
        The shape of both; the encoder is bidirectional and the decoder causal whatever ``causal`` says.

    Examples
    --------
    Translate greedily, token by token, with a cache:

    >>> import torch
    >>> model = XLMSeq2Seq(XLMConfig.preset("mini", n_layers=1)).eval()
    >>> source, english, french = torch.tensor([[1, 14, 15, 1]]), 4, 6
    >>> context, context_mask = model.encode(source, langs=torch.full_like(source, english))
    >>> target, cache = torch.tensor([[1]]), {}
    >>> for _ in range(3):
    ...     last = target[:, -1:]
    ...     output = model.decoder(
    ...         last, context, context_mask, langs=torch.full_like(last, french), cache=cache
    ...     )
    ...     target = torch.cat([target, output.logits[:, -1:].argmax(-1)], dim=1)
    >>> target.shape
    torch.Size([1, 4])
    """

    def __init__(self, config: XLMConfig) -> None:
        super().__init__()
        self.encoder = XLM(replace(config, causal=False))
        self.decoder = Decoder(config)

    @classmethod
    def from_pretrained(cls, model: XLM | XLMLanguageModel) -> XLMSeq2Seq:
        """Start encoder and decoder from copies of one pretrained model; only the cross-attention is new.

        The bias of the output layer is copied too where the model has one.
        """
        encoder = model if isinstance(model, XLM) else model.transformer
        new = cls(encoder.config)
        new.encoder.load_state_dict(encoder.state_dict())
        weights = dict(encoder.state_dict())
        if isinstance(model, XLMLanguageModel):
            weights["pred_layer.proj.bias"] = model.pred_layer.proj.bias
        missing, unexpected = new.decoder.load_state_dict(weights, strict=False)
        assert not unexpected
        assert all(name.startswith(("encoder_attn.", "layer_norm15.", "pred_layer.")) for name in missing)
        return new

    def encode(
        self, input_ids: Tensor, attention_mask: Tensor | None = None, **inputs: Any
    ) -> tuple[Tensor, Tensor | None]:
        """Encode the source once.

        Parameters
        ----------
        input_ids, attention_mask, **inputs
            As :meth:`xlmtut.model.XLM.forward`.

        Returns
        -------
        context : Tensor of shape (batch, source length, dim)
        context_mask : bool Tensor of shape (batch, 1, 1, source length) or None
            Both as the decoder takes them.
        """
        context = self.encoder(input_ids, attention_mask, **inputs).last_hidden_state
        return context, self.encoder.padding(input_ids, attention_mask)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        langs: Tensor | None = None,
        position_ids: Tensor | None = None,
        *,
        decoder_input_ids: Tensor,
        decoder_attention_mask: Tensor | None = None,
        decoder_langs: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> XLMOutput:
        """Predict every next target token from the source and the target tokens before it.

        Parameters
        ----------
        input_ids, attention_mask, langs, position_ids
            The source, as in :meth:`xlmtut.model.XLM.forward`.
        decoder_input_ids : int64 Tensor of shape (batch, target length)
            The target, from its first ``</s>``; padding on the right.
        decoder_attention_mask, decoder_langs : Tensor of shape (batch, target length), optional
            The target's.
        positions : Tensor, optional
            Where in the target to compute logits, as in :meth:`xlmtut.model.XLMLanguageModel.forward`.

        Returns
        -------
        XLMOutput
            Of the decoder: ``logits`` of shape (batch, target length, vocab_size), or (k, vocab_size) with
            ``positions``. The logits of a position predict the token after it.
        """
        context, context_mask = self.encode(input_ids, attention_mask, langs=langs, position_ids=position_ids)
        output: XLMOutput = self.decoder(
            decoder_input_ids,
            context,
            context_mask,
            decoder_attention_mask,
            decoder_langs,
            positions=positions,
        )
        return output
