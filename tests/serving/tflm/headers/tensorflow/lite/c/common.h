// The names of TensorFlow Lite for Microcontrollers that an exported example uses, declared as there.
#ifndef TENSORFLOW_LITE_C_COMMON_H_
#define TENSORFLOW_LITE_C_COMMON_H_
#include <cstddef>
#include <cstdint>

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };

union TfLitePtrUnion {
  std::uint8_t* uint8;
  std::int8_t* int8;
};

struct TfLiteTensor {
  TfLitePtrUnion data;
  std::size_t bytes;
};
#endif
