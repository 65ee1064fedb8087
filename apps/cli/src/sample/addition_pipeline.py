"""The sample that a new Millrace shows: three numbers, two additions.

Compiled to addition-pipeline.yaml by `npm run generate` (needs the kfp package).
"""

from kfp import dsl


@dsl.component(base_image="python:3.12")
def add(first: int, second: int) -> int:
    """Adds two numbers and says so in its log."""
    total = first + second
    print(f"{first} + {second} = {total}")
    return total


@dsl.pipeline(
    name="addition-pipeline",
    display_name="Add three numbers",
    description="Two tasks in a row: the second adds its number to what the first returned.",
)
def addition_pipeline(a: int = 1, b: int = 2, c: int = 10) -> int:
    """Adds a, b and c.

    Args:
        a: First number.
        b: Second number, added to the first.
        c: Third number, added to the sum of the others.
    """
    first_sum = add(first=a, second=b).set_display_name("Add a and b")
    second_sum = add(first=first_sum.output, second=c).set_display_name("Add c")
    return second_sum.output
