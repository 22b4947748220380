"""The loss of a language model on held-out text, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from xlmtut.corpora import Corpus
from xlmtut.model import XLMLanguageModel
from xlmtut.objectives import clm, mlm
from xlmtut.pretraining import language_model_loss
from xlmtut.tokenizer import Tokenizer

__all__ = ["batch_losses"]


def batch_losses(
    model: XLMLanguageModel, tokenizer: Tokenizer, corpus: Corpus, seed: int = 0
) -> Iterator[tuple[float, int]]:
    """Summed loss and number of labels of every batch; the seed decides on order and masks."""
    chance, device = torch.Generator().manual_seed(seed), next(model.parameters()).device
    model.eval()
    for item in corpus.order(chance):
        batch = corpus.read(item)
        if model.transformer.config.causal:
            batch = clm(batch)
        else:
            batch = mlm(batch, mask_id=tokenizer.mask_token_id, vocab_size=len(tokenizer), generator=chance)
        with torch.inference_mode():
            loss = language_model_loss(model, {name: values.to(device) for name, values in batch.items()})
        yield float(loss), int((batch["labels"] >= 0).sum())
