"""The Train page's form, the actions of its buttons, and the progress and results of a training."""

import dataclasses
from collections.abc import Callable, Mapping

import streamlit as st

from cnnviz.core.network.stored_params import TrainingInfo
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.core.training.training_history import Epoch
from cnnviz.data import cifar10
from cnnviz.data.disabled_features import disabled_message
from cnnviz.export.parameters import starting_from
from cnnviz.hosts.streamlit.component import mount_training
from cnnviz.hosts.streamlit.training import session
from cnnviz.hosts.streamlit.visit import adopt
from cnnviz.pages.encoding import encode
from cnnviz.pages.train.training.form import form
from cnnviz.pages.train.training.report import NOTHING, Report, preview, report
from cnnviz.pages.train.training.settings import Settings
from cnnviz.pages.train.training.starting import job_notes, job_of, job_words, start_of
from cnnviz.pages.train.training.trainer import AT_ONCE, PATIENCE, Job, Trainer
from cnnviz.pages.version import code
from cnnviz.words import Message, Problem, message


def waiting_reason() -> Message | str:
    """Return the reason why no training can start, now or at all, or "" if one can."""
    if disabled_reason := disabled_message("training"):
        return disabled_reason
    loader = cifar10.LOADER
    if loader.full_set is not None or loader.state == "failed" or not cifar10.is_cached():
        return ""
    loader.start()
    return loader.message


def watch(setup: Setup, settings_text: str, waited: bool) -> None:
    """Render the form and the current training, and handle its buttons. `settings_text` holds the settings in the address.

    `waited` is whether no training was possible when the page was last rendered.
    """
    if notice := waiting_reason():
        mount_training(_encode_training(NOTHING, notice=notice))
        return
    if waited:
        st.rerun()  # rerun the whole page, which ends the polling
    settings, error_message = Settings.read(settings_text, setup)
    job, sentences = None, []
    try:
        job = job_of(setup, settings)
        sentences = job_notes(setup, job)
    except Problem as error:
        error_message = error_message or error.message
    if settings_text and job and not error_message:
        session.recall(job)
    trainer = session.trainer()
    has_moved = bool(trainer and start_of(trainer.job, setup) != dataclasses.replace(setup.start, rule="exact"))
    data = _encode_training(
        _report(trainer, job), form=form(settings, settings_text, job, sentences, error_message or ""), can=_buttons(trainer, job, has_moved),
        notice=_notice(trainer), which=job_words(trainer.job) if trainer and trainer.reports else "",
    )  # fmt: skip
    action, choice = mount_training(data)
    if choice and trainer:
        open_in_step(trainer, choice)
    elif action:
        _perform(action, setup, job, trainer)
    elif trainer and session.has_ended(trainer):
        st.rerun()


def _encode_training(report: Report, form: Mapping[str, object] | None = None, can: tuple[str, ...] = (), notice: Message | str = "", which: Message | str = "") -> bytes:
    header, arrays = report
    return encode({"code": code(), "form": form, "can": can, "notice": notice, "which": which, **header}, arrays)


def _report(trainer: Trainer | None, job: Job | None) -> Report:
    if trainer and trainer.poll():
        return report(trainer)
    if trainer and trainer.active:
        return preview(trainer.job, message(f"ui.train.training.states.{trainer.state}", at_once=AT_ONCE), trainer.state)
    return preview(job) if job else NOTHING


def _notice(trainer: Trainer | None) -> Message | str:
    """Return a message about a training that ended early, or ""."""
    if trainer is None or trainer.active:
        return ""
    if trainer.state == "left":
        return message("ui.train.training.left", seconds=PATIENCE)
    if trainer.state == "failed":
        return message("ui.train.training.failed")
    return "" if trainer.reports else message("ui.train.training.ended_early")


def _buttons(trainer: Trainer | None, job: Job | None, moved: bool) -> tuple[str, ...]:
    """Return the buttons that are available now."""
    if trainer and trainer.active:
        return ("train_go_on" if trainer.state == "paused" else "train_pause", "train_stop")
    is_shown = trainer is not None and trainer.state == "done" and job is not None and trainer.job.name == job.name
    availability = {"train": job is not None and not is_shown, "train_play": bool(trainer and trainer.history.epochs)}
    availability |= {"train_back": moved, "train_full": bool(job and job.data.source == "sample")}
    return tuple(name for name, is_there in availability.items() if is_there)


def _perform(action: str, setup: Setup, job: Job | None, trainer: Trainer | None) -> None:
    """Perform the action of a button, unless it is not available any more."""
    if action == "train" and job:
        session.begin(job)
    elif action == "train_back" and trainer:
        adopt(**start_of(trainer.job, setup).to_query())
    elif trainer:
        steps: Mapping[str, Callable[[], None]] = {"train_pause": trainer.pause, "train_go_on": trainer.resume, "train_stop": trainer.stop}
        steps.get(action, lambda: None)()
    st.rerun()


def open_in_step(trainer: Trainer, chosen: str) -> None:
    """Go to Step with the image and epoch in `chosen`: the index of a displayed image, and the number of an epoch."""
    rows, epochs = trainer.history.rows, {epoch.report.epoch: epoch for epoch in trainer.history.epochs}
    row, _, epoch_text = chosen.partition(",")
    if not (row.isdecimal() and epoch_text.isdecimal() and int(row) < len(rows) and int(epoch_text) in epochs):
        return
    try:
        adopt(page="", **epoch_query(trainer.job, int(rows[int(row)]), epochs[int(epoch_text)]))
    except ValueError:
        adopt(note=message("ui.train.training.too_large"))
    st.rerun()


def epoch_query(job: Job, row: int, epoch: Epoch) -> dict[str, str]:
    """Return the address of a held-out image with the network at the end of an epoch. Raise ValueError if its numbers
    are too large for a setup."""
    settings, data, channel = job
    img, label = data.held_out.ids[row], data.names[data.held_out.labels[row]]
    query = {"img": img, "ch": channel, "scale": settings.scale, "net": settings.net, "classes": ",".join(settings.classes or data.names)}
    query |= {"stride": str(settings.stride), "pad": str(settings.padding), "y": label, "stage": "o"}
    setup, _ = Setup.read(query)
    info = TrainingInfo(len(data.train), epoch.report.epoch)
    new_query = starting_from(setup, {**epoch.report.params, **epoch.report.buffers}, info).to_query()
    return dict.fromkeys(sorted(SETUP_KEYS - {*new_query, "lr", "opt"}), "") | {key: text for key, text in new_query.items() if key not in ("lr", "opt")}
