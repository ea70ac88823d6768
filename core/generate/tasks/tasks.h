// The tasks, a constant each, in the file of that name.
#pragma once

#include "unfold/data/task_head.h"

namespace unfold {

/// What a configuration may say of a task, and the class that does the work; null if the task has no examples.
struct Task {
  TaskInfo info;
  const TaskHead* head = nullptr;
};

namespace tasks {
extern const Task next, generate, classify, tag, translate, regress, notes, tensor;
}

}  // namespace unfold
