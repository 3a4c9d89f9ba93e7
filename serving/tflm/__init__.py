"""Networks for TensorFlow Lite for Microcontrollers: the file, C++ around it, what they need."""
