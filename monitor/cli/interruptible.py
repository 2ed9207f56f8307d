"""A group of commands that ends at Ctrl-C as a shell expects it of a program."""

from typing import Any

import click
from click.exceptions import Exit

from monitor.cli.exit_codes import INTERRUPTED


class InterruptibleGroup(click.Group):
    """Ends with INTERRUPTED, where click itself would say "Aborted!" and end with 1."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run the command that was asked for.

        Raises:
            Exit: it was interrupted, also while it asked for something.
        """
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort) as error:
            # A question that meets the end of its input is aborted too.
            if not any(isinstance(it, KeyboardInterrupt) for it in (error, error.__context__)):
                raise
            click.echo("Interrupted.", err=True)
            raise Exit(INTERRUPTED) from error
