"""Small pipelines for the parts of the language that the other files do not have."""

import os
from typing import Optional

from kfp import dsl
from kfp.dsl import ConcatPlaceholder, Dataset, IfPresentPlaceholder, Input, Output

IMAGE = 'python:3.12'
ASSETS = os.path.join(os.path.dirname(__file__), 'assets')


@dsl.component(base_image=IMAGE)
def say(text: str) -> str:
    return text


@dsl.container_component
def print_arguments(text: str, given: dsl.OutputPath(str), note: Optional[str] = None):
    return dsl.ContainerSpec(
        image='busybox',
        command=['sh', '-c', 'out="$0"; mkdir -p "$(dirname "$out")"; printf "%s|" "$@" > "$out"'],
        args=[
            given,
            text,
            ConcatPlaceholder(['--text=', text, '!']),
            IfPresentPlaceholder(input_name='note', then=['--note', note], else_=['--no-note']),
            ConcatPlaceholder(['a', IfPresentPlaceholder(input_name='note', then=ConcatPlaceholder(['b', note]), else_='c')]),
        ],
    )


@dsl.pipeline(name='structured-arguments')
def structured_arguments():
    print_arguments(text='x $HOME $$ {{y}}')
    print_arguments(text='x', note='a "note"')


@dsl.pipeline(name='runtime-names')
def runtime_names() -> str:
    say(text=dsl.PIPELINE_JOB_NAME_PLACEHOLDER)
    say(text=f'{dsl.PIPELINE_JOB_ID_PLACEHOLDER}/{dsl.PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER}')
    say(text=f'{dsl.PIPELINE_TASK_NAME_PLACEHOLDER} {dsl.PIPELINE_TASK_ID_PLACEHOLDER}')
    say(text=dsl.PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER)
    return say(text=dsl.PIPELINE_ROOT_PLACEHOLDER).output


@dsl.component(base_image=IMAGE)
def moment(text: str) -> str:
    import time
    return f'{text} {time.time_ns()}'


@dsl.pipeline(name='cache-keys')
def cache_keys(text: str):
    own = moment(text=text)
    own.set_caching_options(enable_caching=True, cache_key='always-the-same')
    moment(text=text)
    moment(text=text).set_caching_options(False)


@dsl.component(base_image=IMAGE)
def fail_until(marker: str, attempts: int) -> int:
    with open(marker, 'a') as file:
        file.write('x')
    made = len(open(marker).read())
    if made < attempts:
        raise RuntimeError(f'attempt {made}')
    return made


@dsl.pipeline(name='retried-inner')
def retried_inner(marker: str) -> int:
    return fail_until(marker=marker, attempts=3).output


@dsl.pipeline(name='inherited-retries')
def inherited_retries(marker: str):
    retried_inner(marker=marker).set_retry(num_retries=2)


@dsl.component(base_image=IMAGE)
def wait(seconds: int):
    import time
    time.sleep(seconds)


@dsl.pipeline(name='run-deadline', pipeline_config=dsl.PipelineConfig(active_deadline_seconds=2))
def run_deadline():
    wait(seconds=60)


@dsl.pipeline(name='run-lifetime', pipeline_config=dsl.PipelineConfig(ttl_seconds_after_finished=2))
def run_lifetime():
    say(text='gone soon')


@dsl.component(base_image=IMAGE, embedded_artifact_path=ASSETS)
def with_assets(assets: dsl.EmbeddedInput[Dataset]) -> str:
    import os
    import sys
    sys.path.insert(0, assets.path)
    import own_module
    return own_module.VALUE


@dsl.pipeline(name='embedded-assets')
def embedded_assets():
    with_assets()


@dsl.component(base_image=IMAGE)
def maybe_read(data: Optional[Input[Dataset]] = None) -> str:
    return 'nothing' if data is None else 'something'


@dsl.pipeline(name='optional-inner')
def optional_inner(data: Optional[Input[Dataset]] = None, text: Optional[str] = None, word: str = 'inner default'):
    maybe_read(data=data)
    say(text=word)


@dsl.component(base_image=IMAGE)
def make(data: Output[Dataset]):
    with open(data.path, 'w') as file:
        file.write('x')


@dsl.pipeline(name='optional-artifacts')
def optional_artifacts():
    optional_inner()
    optional_inner(data=make().outputs['data'], word='given')


@dsl.pipeline(name='debug-pause')
def debug_pause():
    say(text='not held up').set_debug_pause()
