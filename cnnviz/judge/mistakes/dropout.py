"""Mistakes in the backward pass of dropout."""

from cnnviz.judge.mistakes.table import line

line("scaled_twice", "dropout", "dx", "{dx} = {dout} * {mask} / p")
line("rate_for_share", "dropout", "dx", "{dx} = {dout} * ({mask} > 0) / (1 - p)")
line("mask_reversed", "dropout", "dx", "{dx} = {dout} * ({mask} == 0) / p")
line("mask_reversed", "dropout", "dx", "{dx} = {dout} * ({mask} == 0)")
line("mask_alone", "dropout", "dx", "{dx} = {mask}")
line("mask_reversed", "dropout", "dx", "{dx} = {dout} * (1 - {mask})")
