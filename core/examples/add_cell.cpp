// A cell of one's own: a unit that replaces a share f of its state by something new, n. It is trained beside an LSTM.
//
// With a plain compiler line, or with CMake, where Unfold is installed at $PREFIX:
//
//   g++ -std=c++20 add_cell.cpp -I$PREFIX/include -I/usr/include/eigen3 -L$PREFIX/lib -lunfold -pthread
//   ./a.out
//
//   cmake -S . -B build -DCMAKE_PREFIX_PATH=$PREFIX && cmake --build build
//   build/add_cell
#include <cstdio>
#include <memory>
#include <string>

#include "unfold/api/session.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"

namespace {

/// f = σ(z_f)   n = tanh(z_n)   h = (1−f)∘h₋ + f∘n, where z = U·x + W·h₋ + b is summed by the layer.
class Blend final : public unfold::Cell {
  std::string equations() const override { return "f = sigmoid(z_f); n = tanh(z_n); h = (1 - f) * h_prev + f * n"; }

  void forward(const unfold::CellStep& s) const override {
    for (unfold::Index column = 0; column < s.columns; ++column) {
      unfold::ArrayView f = s.gate(0, column), n = s.gate(1, column);
      unfold::kernels::sigmoid(f.data(), s.units);
      unfold::kernels::tanh(n.data(), s.units);
      s.next(0, column) = (1 - f) * s.previous(0, column) + f * n;
    }
  }

  // ∂L/∂f = dh∘(n−h₋)   ∂L/∂n = dh∘f   ∂L/∂h₋ += dh∘(1−f); the gates' deltas go where their activations were.
  void backward(const unfold::CellDelta& s) const override {
    s.each([&](const unfold::Slice& units) {
      unfold::ArrayView f = s.gate(0, units), n = s.gate(1, units);
      const unfold::ConstArrayView dh = s.dh(units);
      s.dh_former(units) += dh * (1 - f);
      const unfold::Units dn = dh * f * (1 - n * n);
      f = dh * (n - s.previous(0, units)) * f * (1 - f);
      n = dn;
    });
  }
};

constexpr const char* gates[] = {"f", "n"};
const unfold::CellInfo blend{
    .name = "blend",
    .label = "Blend",
    .summary = "Replaces a share of its state.",
    .equations = "h = (1−f)∘h₋ + f∘n",
    .source = "this file",
    .gate_names = gates,
    .make = [](const unfold::CellSettings&) -> std::unique_ptr<unfold::Cell> { return std::make_unique<Blend>(); }};

}  // namespace

int main() {
  unfold::add_cell(blend);  // before a configuration names it
  std::string text;
  for (int i = 0; i < 200; ++i) text += "The cat sat on the mat. ";
  for (const std::string cell : {"lstm", "blend"}) {
    const auto config =
        unfold::parse_config(R"({"layers":[{"cell":")" + cell + R"(","units":32}],"sequenceLength":24,"seed":1})");
    unfold::Session session(config, text);
    double loss = 0;
    for (int step = 0; step < 100; ++step) loss = session.trainer().step().loss;
    std::printf("%-5s  loss %.3f nats a character\n", cell.c_str(), loss);
  }
}
