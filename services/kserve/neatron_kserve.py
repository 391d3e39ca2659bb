"""A KServe model server that answers with ONNX Runtime.

KServe's own package has no server for ONNX: clusters run Triton or MLServer for it. Models are the
folders of a repository, `NAME/1/model.onnx`, and are loaded when a client asks for them.
"""

import argparse
import os
import uuid

import onnxruntime
from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer, model_server
from kserve.errors import InvalidInput
from kserve.model_repository import ModelRepository

DATATYPES = {"tensor(float)": "FP32", "tensor(int64)": "INT64"}


def described(tensor):
    """A tensor as the protocol's metadata tells it; -1 stands for a length that varies."""
    shape = [size if isinstance(size, int) else -1 for size in tensor.shape]
    return {"name": tensor.name, "datatype": DATATYPES[tensor.type], "shape": shape}


class OnnxModel(Model):
    def __init__(self, name: str, path: str):
        super().__init__(name)
        options = onnxruntime.SessionOptions()
        # Evolved networks are too small for a run to gain from threads.
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        self._outputs = [described(output) for output in self._session.get_outputs()]
        self.ready = True

    def get_input_types(self):
        return [described(tensor) for tensor in self._session.get_inputs()]

    def get_output_types(self):
        return self._outputs

    def predict(self, payload: InferRequest, headers=None, response_headers=None) -> InferResponse:
        names = [output["name"] for output in self._outputs]
        try:
            inputs = {tensor.name: tensor.as_numpy() for tensor in payload.inputs}
            values = self._session.run(names, inputs)
        except Exception as error:
            raise InvalidInput(str(error)) from error
        outputs = []
        for output, value in zip(self._outputs, values):
            tensor = InferOutput(output["name"], list(value.shape), output["datatype"])
            tensor.data = value
            outputs.append(tensor)
        return InferResponse(
            response_id=payload.id or str(uuid.uuid4()),
            model_name=self.name,
            infer_outputs=outputs,
            use_binary_outputs=payload.use_binary_outputs,
            requested_outputs=payload.request_outputs,
        )


class Repository(ModelRepository):
    def load(self, name: str) -> bool:
        path = os.path.join(self.models_dir, name, "1", "model.onnx")
        self.update(OnnxModel(name, path))
        return True


class Server(ModelServer):
    """KServe listens to the whole world; this one to the address that it is given."""

    def __init__(self, host: str, **options):
        super().__init__(**options)
        self._host = host

    async def _serve(self):
        self._rest_server.config.host = self._host
        await super()._serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(parents=[model_server.parser])
    parser.add_argument("--model_dir", required=True, help="the model repository")
    parser.add_argument("--http_host", default="127.0.0.1", help="the address to listen to")
    args = parser.parse_args()
    Server(args.http_host, registered_models=Repository(args.model_dir)).start([])
