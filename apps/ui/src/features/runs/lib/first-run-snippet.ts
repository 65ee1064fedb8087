/** A whole program that makes a first run here. */
export const firstRunSnippet = (host: string): string => `from kfp import client, dsl


@dsl.component
def add(num1: int, num2: int) -> int:
    return num1 + num2


@dsl.pipeline(name='addition-pipeline')
def my_pipeline(a: int, b: int, c: int = 10):
    first = add(num1=a, num2=b)
    add(num1=first.output, num2=c)


client.Client(host='${host}').create_run_from_pipeline_func(my_pipeline, arguments={'a': 1, 'b': 2})`;
