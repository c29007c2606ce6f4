// What is meant by commands about waiting jobs, and how they stand in line.
#pragma once

#include <string>
#include <vector>

#include "commands/command_table.h"

namespace studio {

// Of what is meant, the jobs that wait and of which nothing was sent, in the order of their turns.
std::vector<JobId> waiting_meant(const CommandContext& context);
// All that wait, in the order of their turns. Looks at everything: for the press of a key, not for a frame.
std::vector<JobId> whole_line(const Library& library);
bool waits_in_line(JobState state);

// Where the chosen ones go when they go one place earlier or later; nothing: there is none.
std::optional<MoveJobsCommand> one_place(const std::vector<JobId>& line, const std::vector<JobId>& chosen, bool earlier);

// Sends them there and says what came of it.
void move_in_line(AppState& state, const SendCommand& send, MoveJobsCommand command);

std::vector<Row> rows_of_jobs(const Library& library, const std::vector<JobId>& jobs);
// The recipe to where its words are written: a waiting job to be edited, a picture's into the prompt, a video's into the
// bar of its picture.
void change_words(AppState& state, const Library& library, Row row);
// Of the n-th way on of the queue's top card, from 0: "Alt+1".
std::string need_way_key(const AppState& state, std::size_t n);

}  // namespace studio
