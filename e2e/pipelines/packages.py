"""Components that ask for packages."""
from kfp import dsl


@dsl.component(packages_to_install=['six==1.17.0'])
def with_package() -> str:
    import six

    return six.__version__


@dsl.pipeline(name='with-package')
def with_package_pipeline():
    with_package()


@dsl.component(packages_to_install=['six==1.17.0', 'millrace-e2e-no-such-package==9.9'])
def without_package():
    print('never reached')


@dsl.pipeline(name='without-package')
def without_package_pipeline():
    without_package()
