// The table of tasks. A new one is a file of this folder, an enumerator of TaskKind, and a line here.
#include "unfold/generate/tasks/tasks.h"

#include <array>

namespace unfold {
namespace {

/// In the order of TaskKind.
constexpr const Task* table[]{&tasks::next,      &tasks::generate, &tasks::classify, &tasks::tag,
                              &tasks::translate, &tasks::regress,  &tasks::notes,    &tasks::tensor};
static_assert(std::size(table) == std::size_t(TaskKind::tensor) + 1, "each kind of task has its line");

}  // namespace

const TaskInfo& task_info(TaskKind kind) { return table[std::size_t(kind)]->info; }

const TaskHead* find_task_head(TaskKind kind) { return table[std::size_t(kind)]->head; }

std::span<const char* const> task_names() {
  static const auto names = [] {
    std::array<const char*, std::size(table)> list{};
    for (std::size_t i = 0; i < list.size(); ++i) list[i] = table[i]->info.name;
    return list;
  }();
  return names;
}

}  // namespace unfold
