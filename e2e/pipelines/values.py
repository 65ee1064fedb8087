"""Parameters of every type, defaults, optional inputs and nested pipelines."""
from typing import Dict, List, NamedTuple, Optional

from kfp import dsl


@dsl.component
def echo_values(
    text: str, whole: int, real: float, flag: bool, items: List, mapping: Dict
) -> NamedTuple('Echoed', [('text', str), ('whole', int), ('real', float), ('flag', bool), ('items', List), ('mapping', Dict), ('types', str)]):
    outputs = NamedTuple('Echoed', [('text', str), ('whole', int), ('real', float), ('flag', bool), ('items', List), ('mapping', Dict), ('types', str)])
    types = ' '.join(type(value).__name__ for value in (text, whole, real, flag, items, mapping))
    return outputs(text, whole, real, flag, items, mapping, types)


@dsl.pipeline(name='round-trip')
def round_trip(text: str, whole: int, real: float, flag: bool, items: List, mapping: Dict):
    first = echo_values(text=text, whole=whole, real=real, flag=flag, items=items, mapping=mapping)
    second = echo_values(
        text=first.outputs['text'],
        whole=first.outputs['whole'],
        real=first.outputs['real'],
        flag=first.outputs['flag'],
        items=first.outputs['items'],
        mapping=first.outputs['mapping'],
    )
    second.set_display_name('再来一次')


@dsl.component
def describe(given: str = 'default', number: int = 7, missing: Optional[str] = None, flags: Optional[dict] = None) -> str:
    return f'{given}|{number}|{missing!r}|{flags!r}'


@dsl.pipeline(name='optional-inputs')
def optional_inputs(name: Optional[str] = None, word: str = 'pipeline default'):
    describe()
    describe(given=word, missing=name)
    describe(given='constant', number=-1, flags={'a': [1, 'b', True]})


@dsl.component
def add(a: int, b: int) -> int:
    return a + b


@dsl.pipeline(name='inner')
def inner(x: int, y: int = 5) -> int:
    return add(a=x, b=y).output


@dsl.pipeline(name='middle')
def middle(x: int) -> int:
    return inner(x=inner(x=x, y=1).output).output


@dsl.pipeline(name='nested')
def nested(start: int = 1) -> int:
    return add(a=middle(x=start).output, b=100).output
