"""What Python components do to the process they run in."""
from kfp import dsl


@dsl.component
def use_processes() -> str:
    import multiprocessing
    import subprocess
    import sys
    import threading

    context = multiprocessing.get_context('fork')
    queue = context.Queue()
    workers = [context.Process(target=queue.put, args=(number * number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    squares = sorted(queue.get(timeout=30) for _ in workers)
    for worker in workers:
        worker.join()
    seen = []
    threads = [threading.Thread(target=seen.append, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    child = subprocess.run([sys.executable, '-c', 'import kfp, sys; print(len(sys.stdin.read()))'], capture_output=True, text=True, check=True)
    return f'{squares} {len(seen)} {child.stdout.strip()}'


@dsl.pipeline(name='use-processes')
def use_processes_pipeline():
    use_processes()


@dsl.component
def leave():
    import sys

    print('about to leave')
    sys.exit(3)


@dsl.pipeline(name='leave')
def leave_pipeline():
    leave()


@dsl.component
def fail_in_words(reason: str):
    raise ValueError(f'bad thing: {reason}')


@dsl.pipeline(name='raise')
def raise_pipeline(reason: str = '数据太旧'):
    fail_in_words(reason=reason)


@dsl.component
def show_surroundings() -> dict:
    import os
    import sys

    return {
        'environment': sorted(os.environ),
        'values': sorted(os.environ.values()),
        'stdin': sys.stdin.read() if sys.stdin else None,
        'folder': os.getcwd(),
        'files': sorted(os.listdir('.')),
        'home': os.path.expanduser('~'),
    }


@dsl.pipeline(name='surroundings')
def surroundings():
    show_surroundings().set_env_variable('MINE', 'given by the pipeline')


@dsl.component
def write_tmp(word: str) -> str:
    import os
    import time

    path = '/tmp/millrace-e2e-shared-name'
    if os.path.exists(path):
        raise RuntimeError('somebody else was here')
    with open(path, 'w') as file:
        file.write(word)
    time.sleep(1)
    with open(path) as file:
        return file.read()


@dsl.pipeline(name='tmp')
def tmp_pipeline():
    write_tmp(word='one')
    write_tmp(word='two')


@dsl.component
def fail_twice(state: str) -> int:
    import os

    tries = len(os.listdir(state))
    open(os.path.join(state, str(tries)), 'w').close()
    if tries < 2:
        raise RuntimeError(f'attempt {tries}')
    return tries


@dsl.pipeline(name='retries')
def retries(state: str):
    fail_twice(state=state).set_retry(2, backoff_duration='0s')


@dsl.component
def ends_without_output(path: dsl.OutputPath(str)):
    print('nothing written')


@dsl.pipeline(name='no-output')
def no_output():
    ends_without_output()


@dsl.component
def wrong_type() -> int:
    return 'not a number'


@dsl.pipeline(name='wrong-type')
def wrong_type_pipeline():
    wrong_type()


@dsl.component
def wrong_text(number: dsl.OutputPath(int)):
    with open(number, 'w') as file:
        file.write('twelve')


@dsl.pipeline(name='wrong-text')
def wrong_text_pipeline():
    wrong_text()

