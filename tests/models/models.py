"""Models as people write and print them, and the network that each is."""

PYTORCH_TUTORIAL = (
    '''
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1) # flatten all dimensions except batch
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = self.fc3(x)
        return x


net = Net()
criterion = nn.CrossEntropyLoss()
''',
    "conv6x5b-relu-max2-conv16x5b-relu-max2-dense120-relu-dense84-relu-dense10-softmax-ce",
)

LENET_IN_A_LIST = (
    """
net = nn.Sequential(
    nn.Conv2d(1, 6, kernel_size=5, padding=2), nn.Sigmoid(),
    nn.AvgPool2d(kernel_size=2, stride=2),
    nn.Conv2d(6, 16, kernel_size=5), nn.Sigmoid(),
    nn.AvgPool2d(kernel_size=2, stride=2),
    nn.Flatten(),
    nn.Linear(16 * 5 * 5, 120), nn.Sigmoid(),
    nn.Linear(120, 84), nn.Sigmoid(),
    nn.Linear(84, 10))
""",
    "conv6x5bp2-sigmoid-avg2-conv16x5b-sigmoid-avg2-dense120-sigmoid-dense84-sigmoid-dense10-softmax-ce",
)

PRINTED = (
    """
Sequential(
  (features): Sequential(
    (0): Conv2d(3, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)
    (1): LeakyReLU(negative_slope=0.2)
    (2): MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)
  )
  (pool): AdaptiveAvgPool2d(output_size=(1, 1))
  (flat): Flatten(start_dim=1, end_dim=-1)
  (fc): Linear(in_features=8, out_features=4, bias=True)
  (out): LogSoftmax(dim=1)
)
""",
    "conv8x3s2p1-leaky20-max3s2-gap-dense4-softmax-ce",
)

KERAS_CODE = (
    """
from tensorflow.keras import datasets, layers, models

num_classes = 10
model = models.Sequential()
model.add(layers.Conv2D(32, (3, 3), activation='relu', input_shape=(32, 32, 3)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(16, 3, padding="same", activation='relu'))
model.add(layers.GlobalAveragePooling2D())
model.add(layers.Dense(64, activation='relu'))
model.add(layers.Dense(num_classes))
model.compile(optimizer='adam',
              loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=['accuracy'])
""",
    "conv32x3b-relu-max2-conv16x3bp1-relu-gap-dense64-relu-dense10-softmax-ce",
)

KERAS_LIST = (
    """
model = keras.Sequential(
    [
        keras.Input(shape=input_shape),
        layers.Conv2D(8, kernel_size=(5, 5), activation="tanh"),
        layers.AveragePooling2D(pool_size=(2, 2)),
        layers.Flatten(),
        layers.Dense(2, activation="sigmoid"),
    ]
)
model.compile(loss="binary_crossentropy", optimizer="sgd")
""",
    "conv8x5b-tanh-avg2-dense2-sigmoid-bce",
)

ENCLOSED_BY_WHAT_IS_NO_PYTHON = (
    "Here it is: nn.Sequential(nn.Flatten(), nn.Linear(28*28, 100), nn.Tanh(), nn.Linear(100, 10), nn.Softmax(dim=1)) and that's all",
    "dense100-tanh-dense10-softmax-ce",
)

NAMED_PARTS = (
    """
body = [nn.Conv2d(1, 4, 3, padding="same"), nn.ReLU()]
head = nn.Sequential(nn.Flatten(), nn.Linear(4 * 28 * 28, 2))
model = nn.Sequential(*body, nn.MaxPool2d(2), head)
loss = nn.MSELoss()
""",
    "conv4x3bp1-relu-max2-dense2-mse",
)

WHOLE = (PYTORCH_TUTORIAL, LENET_IN_A_LIST, PRINTED, KERAS_CODE, KERAS_LIST, ENCLOSED_BY_WHAT_IS_NO_PYTHON, NAMED_PARTS)
