"""An MLServer runtime that answers with ONNX Runtime.

MLServer has none of its own for ONNX. A model is a folder with `model-settings.json`, whose
`parameters.uri` leads to the ONNX file; this class is named by `implementation` there or, for
models that clients deliver while the server runs, by MLSERVER_MODEL_IMPLEMENTATION.
"""

import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse
from mlserver.utils import get_model_uri


class OnnxModel(MLModel):
    async def load(self) -> bool:
        path = await get_model_uri(self.settings, wellknown_filenames=["model.onnx"])
        options = onnxruntime.SessionOptions()
        # Evolved networks are too small for a run to gain from threads.
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        self._outputs = [output.name for output in self._session.get_outputs()]
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        inputs = {tensor.name: NumpyCodec.decode_input(tensor) for tensor in payload.inputs}
        values = self._session.run(self._outputs, inputs)
        return InferenceResponse(
            model_name=self.name,
            model_version=self.version,
            outputs=[
                NumpyCodec.encode_output(name, value)
                for name, value in zip(self._outputs, values)
            ],
        )
