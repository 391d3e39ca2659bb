"""A Triton backend that answers with PyPI's ONNX Runtime.

It takes the name and the place of Triton's own ONNX Runtime backend, which no package on PyPI
brings: models name the backend `onnxruntime` in their configuration and hold `VERSION/model.onnx`,
as they do for the genuine one.
"""

import os

import onnxruntime
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        path = os.path.join(args["model_repository"], args["model_version"], "model.onnx")
        options = onnxruntime.SessionOptions()
        # Evolved networks are too small for a run to gain from threads.
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [tensor.name for tensor in self._session.get_inputs()]

    def execute(self, requests):
        return [self._answer(request) for request in requests]

    def _answer(self, request):
        names = request.requested_output_names()
        try:
            inputs = {
                name: pb_utils.get_input_tensor_by_name(request, name).as_numpy()
                for name in self._inputs
            }
            values = self._session.run(names, inputs)
        except Exception as error:
            # The model was good enough to load, so it is for the rows.
            wrong = pb_utils.TritonError(str(error), pb_utils.TritonError.INVALID_ARG)
            return pb_utils.InferenceResponse(error=wrong)
        return pb_utils.InferenceResponse(
            [pb_utils.Tensor(name, value) for name, value in zip(names, values)]
        )
