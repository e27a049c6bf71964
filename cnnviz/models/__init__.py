"""Models of other libraries, read as networks of ours: their code, what they print, their configuration. Nothing is executed.

    described   a layer's name and arguments        source, forward   PyTorch's and Keras' code, and what print(model) says
    rules       what each layer is here             keras_config      JSON and .keras
    losses      how a network ends                  onnx_graph        ONNX, where its library is installed
    reading     all of it, layer by layer
"""
