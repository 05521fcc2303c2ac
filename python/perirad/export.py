"""Fitted linear models of scikit-learn as perirad model files.

``model_file`` takes an estimator, or a pipeline of scalers, feature selection and an estimator, as
it was fitted on features that perirad extracted, and returns the text of a model file. perirad then
gives the same scores: to rounding, since it adds the terms in the order of the inputs.

Needs numpy; imports nothing of scikit-learn, but goes by the attributes that its estimators have.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["ExportError", "combat_section", "model_file"]


#: Estimators that are linear in their inputs as they are given: nothing is centred or scaled
#: within. Of classifiers it is the decision function.
_LINEAR = frozenset(
    """
    LinearRegression Ridge RidgeCV Lasso LassoCV LassoLars LassoLarsCV LassoLarsIC Lars LarsCV
    ElasticNet ElasticNetCV OrthogonalMatchingPursuit OrthogonalMatchingPursuitCV BayesianRidge
    ARDRegression HuberRegressor TheilSenRegressor QuantileRegressor SGDRegressor
    PassiveAggressiveRegressor LinearSVR SVR NuSVR
    LogisticRegression LogisticRegressionCV SGDClassifier LinearDiscriminantAnalysis
    RidgeClassifier RidgeClassifierCV LinearSVC Perceptron PassiveAggressiveClassifier
    CoxPHSurvivalAnalysis CoxnetSurvivalAnalysis
    """.split()
)


class ExportError(ValueError):
    """What was fitted cannot be a perirad model; the message says why and what can."""


def model_file(
    estimator: Any,
    inputs: Sequence[str] | None = None,
    *,
    name: str,
    version: str = "0.1.0",
    title: str,
    status: str,
    citation: str,
    population: str,
    intended_use: str,
    settings: Mapping[str, Any],
    X: Any = None,
    kind: str | None = None,
    terms: Mapping[str, str] | None = None,
    encodings: Mapping[str, str] | None = None,
    assumed: Mapping[str, str] | None = None,
    cutoff: Mapping[str, Any] | None = None,
    reference: Mapping[str, Any] | None = None,
    applies: Mapping[str, Any] | None = None,
    combat: Mapping[str, Any] | None = None,
    keep_zeros: bool = False,
    digits: int | None = None,
) -> str:
    """The text of a perirad model file.

    Parameters
    ----------
    estimator
        A fitted linear estimator (``LinearRegression``, ``Ridge``, ``Lasso``, ``ElasticNet``,
        ``LogisticRegression`` of two classes, their CV variants, ...; with ``X`` whatever has
        ``coef_`` and ``intercept_`` and predicts what these say), or a ``Pipeline`` that ends in
        one. Steps before it may be scalers
        (``StandardScaler``, ``MinMaxScaler``, ``MaxAbsScaler``, ``RobustScaler``), feature
        selection, and ``SimpleImputer``, which does nothing where all inputs are known: perirad
        scores no other case.
    inputs
        Name of each column of the training matrix: ``region:feature:aggregation`` such as
        ``"tumour:statistics.minimum:3d"``, ``"kvp"``, or the name of a clinical input. Without it,
        the names that the estimator saw (``feature_names_in_``).
    name, version, title, status, citation, population, intended_use
        The model's card, shown beside each score.
    settings
        What the features were extracted with: the JSON document of ``perirad extract`` (its
        ``settings`` and ``settings_digest`` are taken), or the settings alone.
    X
        The training matrix, cases by inputs, in the units of the features: gives each term its
        range. Scores outside of it carry a warning. The estimator's predictions of it are
        compared with those of the model file; of one that is not among those above, such as
        ``PLSRegression``, which centres its inputs by itself, it is needed.
    kind
        ``"linear"``, ``"logistic"`` or ``"cox"``. Without it, logistic for a classifier and linear
        for all else. A Cox model (``coef_`` and no intercept) has to be named.
    terms
        Name of a term in tables, by input; otherwise made of the input.
    encodings, assumed
        What a number means, by input; what nobody published, by settings key or ``terms.NAME``.
    cutoff, reference, applies, combat
        Sections of the model file as docs/models.md has them.
    keep_zeros
        Keep terms whose coefficient is 0; left out otherwise, so that they need not be given.
    digits
        Round numbers to so many digits, for a file that is equal on every machine. Scores then
        agree to that precision only.

    Returns
    -------
    str
        TOML, for a file or for :meth:`perirad.Model.from_toml`.

    Raises
    ------
    ExportError
        For what is not fitted, not linear, or does not fit together.
    """
    steps, final = _split(estimator)
    if inputs is None:
        seen = getattr(estimator, "feature_names_in_", None)
        if seen is None:
            raise ExportError("name the inputs: the estimator was fitted on a matrix without names")
        inputs = list(seen)
    inputs = [str(one) for one in inputs]
    centre, scale, kept = _affine(steps, len(inputs))
    coefficients, intercept, kind = _linear(final, kind)
    if len(coefficients) != len(kept):
        raise ExportError(
            f"{len(inputs)} inputs are named, of which {len(kept)} reach the estimator, "
            f"but it has {len(coefficients)} coefficients"
        )
    ranges = _ranges(X, len(inputs))
    if X is None and type(final).__name__ not in _LINEAR:
        raise ExportError(
            f"whether {type(final).__name__} predicts what its coefficients say of inputs as they "
            "are given is not known: give X, on which its predictions are compared"
        )
    if X is not None:
        _agrees(estimator, X, (coefficients, intercept, kind), (centre, scale, kept))

    def number(value: float) -> float:
        value = float(value)
        if not math.isfinite(value):
            raise ExportError(f"{value} is not a number that a model can hold")
        return value if digits is None else float(f"{value:.{digits}g}")

    if not isinstance(settings, Mapping):
        raise ExportError(
            f"settings is {type(settings).__name__}, expected the document of `perirad extract "
            "--format json`, or the settings alone as a mapping"
        )
    document = settings.get("settings", settings)
    if odd := [key for key, values in document.items() if not isinstance(values, Mapping)]:
        raise ExportError(
            f"settings.{odd[0]} is no section: a model file holds the settings whole, as "
            "`perirad extract --format json` and perirad.Settings(...).to_dict() give them"
        )
    if not keep_zeros and not np.any(coefficients):
        raise ExportError(
            "all coefficients are 0, so that no term is left: the estimator predicts one number "
            "whatever the inputs are. keep_zeros=True writes the terms nevertheless"
        )
    text = "".join(
        f"{key} = {_toml(value)}\n"
        for key, value in {
            "name": name,
            "version": version,
            "title": title,
            "status": status,
            "citation": citation,
            "population": population,
            "intended_use": intended_use,
            "kind": kind,
        }.items()
    )
    if kind != "cox":
        text += f"intercept = {_toml(number(intercept))}\n"
    if "settings_digest" in settings:
        text += f"settings_digest = {_toml(settings['settings_digest'])}\n"
    for j, coefficient in zip(kept, coefficients):
        if coefficient == 0 and not keep_zeros:
            continue
        text += "\n[[terms]]\n"
        text += f"name = {_toml((terms or {}).get(inputs[j], _term_name(inputs[j])))}\n"
        text += f"predictor = {_toml(_predictor(inputs[j]))}\n"
        text += f"coefficient = {_toml(number(coefficient))}\n"
        text += f"centre = {_toml(number(centre[j]))}\n"
        text += f"scale = {_toml(number(scale[j]))}\n"
        if ranges is not None:
            text += f"range = {_toml([number(end) for end in ranges[j]])}\n"
        if encodings is not None and inputs[j] in encodings:
            text += f"encoding = {_toml(encodings[inputs[j]])}\n"
    sections = {
        "cutoff": cutoff,
        "reference": reference,
        "applies": applies,
        "combat": combat,
        "assumed": assumed,
    }
    for section, values in sections.items():
        if values:
            text += _section(section, values)
    for section, values in document.items():
        text += _section(f"settings.{section}", values)
    return text


def combat_section(
    estimates: Mapping[str, Any],
    inputs: Sequence[str],
    *,
    source: str,
    terms: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The ``combat`` section of a model file, from what neuroCombat estimated.

    Parameters
    ----------
    estimates
        ``neuroCombat(...)["estimates"]``, fitted without covariates.
    inputs
        Names of its features, in their order, as ``model_file`` has them.
    source
        Who estimated them, on what.
    terms
        Names of terms by input, as given to ``model_file``.

    Returns
    -------
    dict
        What ``model_file`` takes as ``combat``.

    Raises
    ------
    ExportError
        For estimates with covariates, which a score does not know, and for ones of another number
        of features.
    """
    means = np.asarray(estimates["stand.mean"], float)
    if means.shape[0] != len(inputs):
        raise ExportError(f"{len(inputs)} inputs are named, {means.shape[0]} were harmonised")
    # What covariates explain is apart from the mean over all, in whose shape there are samples.
    if np.ptp(means, axis=1).any() or np.any(estimates.get("mod.mean", 0)):
        raise ExportError("the estimates depend on covariates, which a score does not know")
    deviations = np.sqrt(np.asarray(estimates["var.pooled"], float)).ravel()
    shifts = np.asarray(estimates["gamma.star"], float)
    scales = np.sqrt(np.asarray(estimates["delta.star"], float))
    names = [(terms or {}).get(name, _term_name(name)) for name in inputs]
    return {
        "source": source,
        "terms": {
            name: {"mean": means[j, 0], "deviation": deviations[j]} for j, name in enumerate(names)
        },
        "sites": {
            str(site): {
                name: {"shift": shifts[i, j], "scale": scales[i, j]} for j, name in enumerate(names)
            }
            for i, site in enumerate(estimates["batches"])
        },
    }


def _split(estimator: Any) -> tuple[list[tuple[str, Any]], Any]:
    """The steps before the last, and the last, of a pipeline within pipelines."""
    if not hasattr(estimator, "steps"):
        return [], estimator
    before: list[tuple[str, Any]] = []
    for label, step in estimator.steps[:-1]:
        inner, last = _split(step)
        before += [*inner, (label, last)]
    inner, last = _split(estimator.steps[-1][1])
    return before + inner, last


def _affine(
    steps: list[tuple[str, Any]], count: int
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Centre and scale of each input, and which inputs are left after selection, in order."""
    centre, scale = np.zeros(count), np.ones(count)
    kept = list(range(count))
    for label, step in steps:
        if step is None or step == "passthrough":
            continue
        kind = type(step).__name__
        if hasattr(step, "get_support"):
            support = step.get_support()
            kept = [j for j, stays in zip(kept, support, strict=True) if stays]
            continue
        if kind == "SimpleImputer" and not step.add_indicator:
            continue
        ones = np.ones(len(kept))

        def known(attribute: str, otherwise: np.ndarray) -> np.ndarray:
            found = getattr(step, attribute, None)
            return otherwise if found is None else np.asarray(found, float)

        # Each is (x - less) / by.
        if kind == "StandardScaler":
            less = known("mean_", 0 * ones) if step.with_mean else 0 * ones
            by = known("scale_", ones)
        elif kind == "RobustScaler":
            less, by = known("center_", 0 * ones), known("scale_", ones)
        elif kind == "MaxAbsScaler":
            less, by = 0 * ones, known("scale_", ones)
        elif kind == "MinMaxScaler" and not step.clip:
            by = 1 / known("scale_", ones)
            less = -known("min_", 0 * ones) * by
        else:
            raise ExportError(
                f"step '{label}' ({kind}) is no scaling or selection of inputs: a model file holds "
                "StandardScaler, MinMaxScaler (without clip), MaxAbsScaler, RobustScaler and "
                "feature selection"
            )
        if len(less) != len(kept):
            raise ExportError(
                f"step '{label}' ({kind}) was fitted on {len(less)} inputs, {len(kept)} reach it"
            )
        centre[kept] += scale[kept] * less
        scale[kept] *= by
    return centre, scale, kept


def _linear(final: Any, kind: str | None) -> tuple[np.ndarray, float, str]:
    """Coefficients, intercept and kind of the last step."""
    what = type(final).__name__
    if not hasattr(final, "coef_"):
        raise ExportError(
            f"{what} has no coef_: it is not fitted, or no linear model (perirad scores linear, "
            "logistic and Cox models)"
        )
    classes = getattr(final, "classes_", None)
    if kind is None:
        kind = "linear" if classes is None else "logistic"
    if classes is not None and len(classes) != 2:
        raise ExportError(f"{what} tells {len(classes)} classes apart; a logistic model has two")
    if kind == "logistic" and not hasattr(final, "predict_proba"):
        raise ExportError(f"{what} gives no probabilities: it is no logistic model")
    other_links = ("PoissonRegressor", "GammaRegressor", "TweedieRegressor", "SVC", "NuSVC")
    log_loss = getattr(final, "loss", "log_loss") == "log_loss"
    if what in other_links or (kind == "logistic" and not log_loss):
        raise ExportError(f"{what} has another link than linear, logistic and Cox models")
    if kind not in ("linear", "logistic", "cox"):
        raise ExportError(f"kind '{kind}' is none of linear, logistic, cox")
    coefficients = np.asarray(final.coef_, float)
    if coefficients.ndim == 2 and 1 in coefficients.shape:
        coefficients = coefficients.ravel()
    if coefficients.ndim != 1:
        raise ExportError(f"{what} has coefficients of shape {coefficients.shape}: one outcome only")
    if kind == "cox":
        return coefficients, 0.0, kind
    intercept = np.asarray(getattr(final, "intercept_", 0.0), float).ravel()
    if len(intercept) != 1:
        raise ExportError(f"{what} has {len(intercept)} intercepts: one outcome only")
    return coefficients, float(intercept[0]), kind


def _agrees(
    estimator: Any,
    X: Any,
    model: tuple[np.ndarray, float, str],
    affine: tuple[np.ndarray, np.ndarray, list[int]],
) -> None:
    """Refuses an estimator that predicts something else than a model file of its numbers would."""
    (coefficients, intercept, kind), (centre, scale, kept) = model, affine
    matrix = np.asarray(X, float)
    linear = ((matrix - centre) / scale)[:, kept] @ coefficients + intercept
    if kind == "logistic":
        ours, theirs = 1 / (1 + np.exp(-linear)), estimator.predict_proba(X)[:, 1]
    else:
        ours, theirs = linear, np.asarray(estimator.predict(X), float).ravel()
    if kind == "cox":
        # Where a hazard is relative to is the library's choice.
        ours, theirs = ours - ours.mean(), theirs - theirs.mean()
    apart = float(np.abs(ours - theirs).max())
    if not apart <= 1e-9 * max(1.0, float(np.abs(theirs).max())):
        raise ExportError(
            f"the estimator's predictions of X differ by up to {apart:.3g} from what a {kind} model "
            "of its coefficients predicts: it has another link or scales probabilities by itself"
        )


def _ranges(X: Any, count: int) -> list[tuple[float, float]] | None:
    if X is None:
        return None
    matrix = np.asarray(X, float)
    if matrix.ndim != 2 or matrix.shape[1] != count:
        raise ExportError(f"X has shape {matrix.shape}; cases by {count} inputs are expected")
    return list(zip(matrix.min(axis=0), matrix.max(axis=0)))


def _predictor(name: str) -> dict[str, str]:
    region, _, rest = name.partition(":")
    feature, _, aggregation = rest.rpartition(":")
    if feature and aggregation:
        return {"region": region, "feature": feature, "aggregation": aggregation}
    if ":" in name:
        raise ExportError(f"input '{name}' is not region:feature:aggregation")
    return {"acquisition": "kvp"} if name == "kvp" else {"clinical": name}


def _term_name(name: str) -> str:
    return name.replace(":", "_").replace(".", "_")


def _section(name: str, values: Mapping[str, Any]) -> str:
    """A table, its tables after its plain values. An absent value is an absent key."""
    text = f"\n[{name}]\n"
    tables = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    for key, value in values.items():
        if key not in tables and value is not None:
            text += f"{_key(key)} = {_toml(value)}\n"
    for key, value in tables.items():
        text += _section(f"{name}.{_key(key)}", value)
    return text


def _key(key: str) -> str:
    plain = key and all(c.isascii() and (c.isalnum() or c in "_-") for c in key)
    return key if plain else _toml(key)


def _toml(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        # The shortest text that reads back as the same number.
        return repr(float(value))
    if isinstance(value, Mapping):
        entries = (f"{_key(k)} = {_toml(v)}" for k, v in value.items() if v is not None)
        return "{ " + ", ".join(entries) + " }"
    if isinstance(value, Sequence | np.ndarray):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    raise ExportError(f"{value!r} cannot stand in a model file")
