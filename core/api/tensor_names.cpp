// Parameters of the tensor level by their names: PyTorch's where the network is a module of torch.nn.
#include <algorithm>
#include <cmath>

#include "unfold/api/tensor.h"
#include "unfold/api/tensor_shape.h"
#include "unfold/base/phrase.h"
#include "unfold/model/operations/operations.h"

namespace unfold {

std::string shown_count(std::size_t count) { return phrase("{} numbers", {count}); }

void check_shape(const std::string& field, std::size_t size, std::initializer_list<Index> shape) {
  std::string text;
  Index product = 1;
  for (const Index s : shape) {
    text += (text.empty() ? "[" : ", ") + std::to_string(s);
    product *= s;
  }
  if (Index(size) != product)
    refuse_argument(field, phrase("{}, {}]", {shown_count(std::size_t(product)), text}), shown_count(size));
}

namespace {

constexpr const char* torch_options[]{"activation", "cellInput", "reset"};

/// The option of a layer's cell, "" if the cell has none of that name.
std::string_view choice_of(const LayerConfig& layer, std::string_view name) {
  for (const CellOption& option : layer.settings.values)
    if (option.name == name) return option.choice;
  return {};
}

/// Whether torch.nn has the cell, with these options.
bool torch_cell(const LayerConfig& layer) {
  if (layer.cell == "rnn") return choice_of(layer, "activation") == "tanh" || choice_of(layer, "activation") == "relu";
  if (layer.cell == "lstm") return choice_of(layer, "cellInput") == "tanh";
  return layer.cell == "gru" && choice_of(layer, "reset") == "after";
}

/// Whether a layer has the cell of the first one, and nothing that torch.nn's modules lack.
bool torch_layer(const LayerConfig& layer, const LayerConfig& first) {
  if (layer.cell != first.cell || layer.units != first.units || layer.bias != first.bias) return false;
  if (layer.bias == Bias::one || layer.initial || layer.leak.on() || layer.residual || layer.layer_norm) return false;
  if (layer.state_from >= 0) return false;
  if (layer.zoneout > 0 || layer.zoneout_cell > 0 || layer.recurrent_dropout > 0 || !layer.clock.empty()) return false;
  return std::all_of(std::begin(torch_options), std::end(torch_options),
                     [&](const char* name) { return choice_of(layer, name) == choice_of(first, name); });
}

/// Whether layer l reads itself one step late, and at once all of the level below: the layers of both directions, or
/// the input.
bool torch_edges(const LayerConfig& layer, std::size_t l, std::size_t directions) {
  const std::size_t level = l / directions * directions;  // the level's first layer
  std::size_t selves = 0, below = 0;
  for (const EdgeConfig& e : layer.edges) {
    if (!e.hidden.empty() || !e.every_gate || !e.matrix || e.squash != Activation::identity) return false;
    const auto from = std::size_t(e.layer);
    const bool is_below =
        level == 0 ? e.from == Source::input : e.from == Source::layer && from < level && from >= level - directions;
    if (e.from == Source::self && e.delay == 1)
      ++selves;
    else if (e.delay == 0 && is_below)
      ++below;
    else
      return false;
  }
  return selves == 1 && below == (level == 0 ? 1 : directions);
}

/// Whether one module of torch.nn is the same network, its readout, if there is one, a Linear of the top.
bool torch_module(const Config& config, std::size_t directions) {
  const std::vector<LayerConfig>& layers = config.layers;
  if (!torch_cell(layers[0]) || layers.size() % directions != 0 || config.has_context()) return false;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (layers[l].direction != (directions == 2 && l % 2 == 1 ? -1 : 1)) return false;
    if (!torch_layer(layers[l], layers[0]) || !torch_edges(layers[l], l, directions)) return false;
  }
  if (config.readout.size() != directions) return false;
  return std::all_of(config.readout.begin(), config.readout.end(), [&](const EdgeConfig& e) {
    return e.from == Source::layer && e.hidden.empty() && std::size_t(e.layer) >= layers.size() - directions;
  });
}

}  // namespace

void TensorNetwork::name_parameters() {
  const std::size_t directions =
      config_.layers.size() > 1 && config_.layers[0].direction > 0 && config_.layers[1].direction < 0 ? 2 : 1;
  pytorch_ = torch_module(config_, directions);
  const ParameterTable& table = network_.table();
  if (!pytorch_) {
    for (const Parameter& p : table) named_.push_back({p.name, p.rows, p.cols, p.vector, {{p.offset, p.cols}}});
    return;
  }
  const auto add_vector = [&](const std::string& name, const std::string& ours) {
    const int i = table.find(ours);
    if (i >= 0) named_.push_back({name, table[i].rows, 1, true, {{table[i].offset, 1}}});
  };
  // Linear maps in the order of their sources: forward, then backward.
  const Plan& plan = network_.plan();
  const auto add_matrix = [&](const std::string& name, std::size_t layer, bool self) {
    const auto source = [&](const LinearSpec* map) { return plan.buffers[std::size_t(map->from.value)].layer; };
    std::vector<const LinearSpec*> maps;
    for (const auto& operation : plan.operations) {
      const LinearSpec* map = operation->map();
      if (!map || operation->layer != int(layer) || (source(map) == int(layer)) != self) continue;
      auto at = maps.begin();
      while (at != maps.end() && source(*at) < source(map)) ++at;
      maps.insert(at, map);
    }
    NamedTensor t{.name = name};
    for (const LinearSpec* map : maps) {
      const Parameter& p = table[map->matrix.weight];
      t.rows = p.rows;
      t.cols += p.cols;
      t.parts.push_back({p.offset, p.cols});
    }
    named_.push_back(t);
  };
  for (std::size_t l = 0; l < config_.layers.size(); ++l) {
    const std::size_t layer = engine(l);
    const std::string end = phrase("_l{}{}", {l / directions, layers_[l].direction < 0 ? "_reverse" : ""});
    const std::string ours = phrase("layers.{}.", {l});
    add_matrix("weight_ih" + end, layer, false);
    add_matrix("weight_hh" + end, layer, true);
    add_vector("bias_ih" + end, ours + "bias_ih");
    add_vector("bias_hh" + end, ours + "bias_hh");
  }
  if (!tops_.empty()) return;
  add_matrix("readout.weight", plan.layers.size() - 1, false);
  add_vector("readout.bias", "readout.bias");
}

const NamedTensor& TensorNetwork::named(const std::string& name) const {
  std::string all;
  for (const NamedTensor& t : named_) {
    if (t.name == name) return t;
    all += (all.empty() ? "" : ", ") + t.name;
  }
  refuse_argument("name", "one of " + all, phrase("\"{}\"", {name}));
}

namespace {

std::vector<Real> gathered(const NamedTensor& t, const Real* from) {
  std::vector<Real> values;
  values.reserve(std::size_t(t.size()));
  for (Index r = 0; r < t.rows; ++r)
    for (const NamedTensor::Part& part : t.parts) {
      const Real* row = from + part.offset + r * part.cols;
      values.insert(values.end(), row, row + part.cols);
    }
  return values;
}

}  // namespace

ConstMatrixView TensorNetwork::view(const std::string& name, const Real* from) const {
  const NamedTensor& t = named(name);
  if (t.parts.size() != 1)
    refuse_argument("name", "a tensor that is one matrix of the engine",
                    phrase("{}, which is {} side by side", {name, t.parts.size()}));
  return {from + t.parts[0].offset, t.rows, t.cols};
}

std::vector<Real> TensorNetwork::parameter(const std::string& name) const {
  return gathered(named(name), network_.parameters());
}

std::vector<Real> TensorNetwork::gradient(const std::string& name) const {
  return gathered(named(name), gradient_.data());
}

void TensorNetwork::set_parameter(const std::string& name, std::span<const Real> values) {
  const NamedTensor& t = named(name);
  if (t.vector)
    check_shape(name, values.size(), {t.rows});
  else
    check_shape(name, values.size(), {t.rows, t.cols});
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      refuse_argument(name, "finite numbers", phrase("{} at {}", {shortly(double(values[i])), i}));
  const Real* from = values.data();
  for (Index r = 0; r < t.rows; ++r)
    for (const NamedTensor::Part& part : t.parts) {
      std::copy_n(from, part.cols, network_.parameters() + part.offset + r * part.cols);
      from += part.cols;
    }
  network_.mask(network_.parameters());
  network_.touch();
  ready_ = false;
}

void TensorNetwork::set_parameter(const std::string& name, const ParameterArgument& values) {
  const NamedTensor& t = named(name);
  if (values.rows() != t.rows || values.cols() != t.cols)
    refuse_argument(name, phrase("{} × {}", {t.rows, t.cols}), phrase("{} × {}", {values.rows(), values.cols()}));
  std::vector<Real> copy(std::size_t(values.size()));
  Eigen::Map<RowMajorMatrix>(copy.data(), t.rows, t.cols) = values;
  set_parameter(name, std::span<const Real>(copy));
}

}  // namespace unfold
