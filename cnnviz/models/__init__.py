"""Models of other libraries, read as networks: their code, their print, their configuration. Nothing is executed.

    values, interpreter, library_calls   a text's statements, followed one by one      printed        print(model) of an nn.Sequential
    source                               which model of the text is meant               keras_config   JSON and .keras
    layer_arguments                      which arguments are understood                 onnx_graph     ONNX, if its library is installed
    layer_rules, window_layers, other_layers, shapes   what each layer is here          losses         how a network ends
    reading                              all of it, layer by layer
"""
