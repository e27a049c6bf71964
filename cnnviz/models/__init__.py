"""Import of models from other libraries: their code, their print or their configuration. Nothing is executed.

    values, interpreter, library_calls   abstract interpreter of a text's statements   printed        print(model) of an nn.Sequential
    source                               choice of the model in a text                  keras_config   JSON and .keras
    layer_arguments                      supported arguments of layers                  onnx_graph     ONNX, if its library is installed
    layer_rules, window_layers, other_layers, shapes   equivalents of layers            losses         losses and last layers
    reading                              conversion of a model, layer by layer
"""
