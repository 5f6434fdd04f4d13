"""Where each command lives: its module is loaded only when the command is called."""

from __future__ import annotations

from importlib import import_module

import click

# Where commands live, and what each module hangs on the root: loaded only when one is called, so
# that scoring a file never loads the web.
MODULES = {
    "score": "patientapp.questionnaires.cli",
    "change": "patientapp.questionnaires.cli",
    "instruments": "patientapp.questionnaires.cli",
    "value-sets": "patientapp.questionnaires.cli",
    "wording": "patientapp.questionnaires.cli",
    "content": "patientapp.content.cli",
    "demo": "patientapp.demo.cli",
    "reminders": "patientapp.reminders.cli",
    "replies": "patientapp.replies.cli",
    "import": "patientapp.imports.cli",
    "audit": "patientapp.audit.cli",
    "papers": "patientapp.assurance.cli",
    "clients": "patientapp.clients.cli",
    "kpi": "patientapp.kpi.cli",
    "simulate": "patientapp.simulate.cli",
    "staff": "patientapp.signin.cli",
    "patient": "patientapp.keeping.cli",
    "retention": "patientapp.keeping.cli",
    "service": "patientapp.services.adding_cli",
    "worklist": "patientapp.worklist.cli",
    "services": "patientapp.services.profile_cli",
    "dispatch": "patientapp.scheduler",
    "messaging": "patientapp.outgoing.cli",
    "metrics": "patientapp.outgoing.cli",
}
# What `patientapp export …` gives out: each room's own part, loaded only when it is called.
EXPORTS = {
    "responses": "patientapp.extracts.cli",
    "scores": "patientapp.extracts.cli",
    "dataset": "patientapp.kpi.export_cli",
    "fft": "patientapp.kpi.export_cli",
}


class Commands(click.Group):
    """The root: knows the names, loads the module of the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, by name."""
        return sorted({*super().list_commands(ctx), *MODULES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name in MODULES:
            commands: list[click.Command] = import_module(MODULES[cmd_name]).commands
            return next(command for command in commands if command.name == cmd_name)
        return super().get_command(ctx, cmd_name)


class Exports(click.Group):
    """`patientapp export`: knows the names, loads the module of the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every export, by name."""
        return sorted(EXPORTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The export of this name."""
        if cmd_name not in EXPORTS:
            return None
        exports: list[click.Command] = import_module(EXPORTS[cmd_name]).exports
        return next(command for command in exports if command.name == cmd_name)


class Database(click.Group):
    """Knows `backup` and `restore`, and loads them when one is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, by name."""
        return sorted({*super().list_commands(ctx), "backup", "restore"})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name in {"backup", "restore"}:
            commands: list[click.Command] = import_module("patientapp.backups.cli").commands
            return next(command for command in commands if command.name == cmd_name)
        return super().get_command(ctx, cmd_name)
