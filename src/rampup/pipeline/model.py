"""The model: the built-in multilayer perceptron, or one of your own."""

from itertools import pairwise

import torch
from torch import nn

from rampup.errors import ConfigError
from rampup.pipeline.config import Config
from rampup.pipeline.factories import factory


def mlp(inputs: int, hidden: list[int], classes: int) -> nn.Sequential:
    """Return Linear → ReLU → … → Linear; without `hidden` it is logistic regression.

    Args:
        inputs: features per row.
        hidden: width of each hidden layer.
        classes: logits per row.

    Example:
        >>> sum(p.numel() for p in mlp(10, [50], 2).parameters())
        652
    """
    widths = [inputs, *hidden]
    modules: list[nn.Module] = []
    for left, right in pairwise(widths):
        modules += [nn.Linear(left, right), nn.ReLU()]
    return nn.Sequential(*modules, nn.Linear(widths[-1], classes))


def build(config: Config, inputs: int, classes: int) -> nn.Module:
    """Return the model that `config` names, checked on two rows of zeros.

    Raises:
        ConfigError: there is no such model, or it does not map `(rows, inputs)` to
            `(rows, classes)`.
    """
    if config.model == "mlp":
        return mlp(inputs, config.network.hidden, classes)
    if ":" not in config.model:
        raise ConfigError(
            f"model = {config.model!r} is no model; write 'mlp' or 'package.module:factory'"
        )
    model = factory("model", config.model)(inputs, classes)
    if not isinstance(model, nn.Module):
        raise ConfigError(
            f"model = {config.model!r} returned {type(model).__name__}; "
            "it must return a torch.nn.Module"
        )
    if not any(p.requires_grad for p in model.parameters()):
        raise ConfigError(f"model = {config.model!r} has no parameter to train")
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            out = model(torch.zeros(2, inputs))
    except Exception as error:
        raise ConfigError(
            f"model = {config.model!r} fails on rows of {inputs} features: {error}"
        ) from error
    finally:
        model.train(training)
    if not isinstance(out, torch.Tensor) or out.shape != (2, classes):
        shape = tuple(out.shape) if isinstance(out, torch.Tensor) else type(out).__name__
        raise ConfigError(
            f"model = {config.model!r} puts out {shape} for 2 rows; "
            f"it must be (2, {classes}), one logit per class"
        )
    return model
