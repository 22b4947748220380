"""The companion package of *Evaluating XLM*: a readable, tested cross-lingual Transformer.

Everything a chapter needs is reached as ``xt.name`` after ``import xlmtut as xt``. A module is imported
when one of its names is first used, so that ``import xlmtut`` is fast.

Examples
--------
>>> import xlmtut as xt
>>> xt.causal_mask(2)
tensor([[ True, False],
        [ True,  True]])
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Where each public name lives.
_NAMES = {
    "runtime": ["device", "environment", "in_colab", "profile", "set_seed"],
    "notebook": ["glue", "language_table", "record_memory", "show_source", "text_table"],
    "tasks": ["load_task"],
    "languages": [],
    "metrics": [
        "PrecisionRecallF1",
        "RunningMean",
        "accuracy",
        "confusion_matrix",
        "perplexity",
        "perplexity_by_language",
        "precision_recall_f1",
    ],
    "calibration": ["expected_calibration_error", "reliability_curve"],
    "translation_scores": ["TranslationScore", "bleu", "chrf"],
    "spans": ["entities", "entity_counts", "entity_f1", "normalize_answer", "span_scores"],
    "alignment": [
        "center_languages",
        "cka",
        "cka_by_layer",
        "hubness",
        "mean_pool",
        "retrieval_accuracy",
        "retrieve",
    ],
    "word_links": [
        "AlignmentScores",
        "alignment_scores",
        "attention_alignment",
        "pool_attention",
        "pool_words",
        "word_alignment",
    ],
    "attention": ["MultiHeadAttention", "causal_mask", "padding_mask", "scaled_dot_product_attention"],
    "config": ["XLMConfig"],
    "embeddings": ["PositionEmbedding", "sinusoidal_positions"],
    "model": ["XLM", "XLMClassifier", "XLMLanguageModel", "XLMOutput", "XLMSpanQA", "XLMTokenClassifier"],
    "seq2seq": ["XLMSeq2Seq"],
    "plots": [],
    "tokenizer": ["Tokenizer", "load_tokenizer"],
    "checkpoints": ["load_model", "save_model"],
    "bpe": ["sampling_probabilities"],
    "prediction": ["predict", "sentence_vectors"],
    "evaluation": ["Report", "evaluate"],
    "comparison": ["Comparison", "compare"],
    "selection": ["checkpoint_scores", "select_checkpoints", "selection_optimism"],
    "intervals": ["Bootstrap", "Sample", "bootstrap", "wilson"],
    "paired": [
        "McNemar",
        "holm",
        "marginal_band",
        "mcnemar",
        "minimal_detectable_difference",
        "permutation_p",
        "unpaired_z",
    ],
    "frames": ["read_predictions", "save_predictions"],
    "objectives": ["clm", "cut_stream", "join_sentences", "mlm", "sample_language", "stream_batch"],
    "optimisation": ["learning_rate_factor"],
    "training_options": ["TrainingOptions"],
    "training": ["TrainingResult"],
    "pretraining": ["pretrain"],
    "finetuning": ["finetune", "predictions_file"],
    "exercises": ["check"],
    "published": ["errata", "table"],
    "findings": [],
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [*_MODULE_OF]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return import_module(f"{__name__}.{name}")
    if name in _MODULE_OF:
        value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        globals()[name] = value  # the next use costs nothing
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*(name for name in globals() if name.startswith("__")), *_NAMES, *__all__])
