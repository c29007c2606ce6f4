// How the gallery and the panels are shown.
#include "commands/command_table.h"

namespace studio {
namespace {

constexpr auto group = CommandGroup::View;
constexpr auto window = CommandScope::Window;
constexpr auto pictures = CommandScope::Pictures;

template <GalleryFilter filter>
void show_only(CommandContext& c) {
  c.state.query.filter = filter;
}
template <GallerySort sort>
void sort_by(CommandContext& c) {
  c.state.query.sort = sort;
}
template <GalleryGrouping grouping>
void group_by(CommandContext& c) {
  c.state.query.grouping = grouping;
}

bool is_filtered(const CommandContext& c) {
  const GalleryQuery& query = c.state.query;
  return has_project(c) && (query.filter != GalleryFilter::All || query.hide_rejected || !query.text.empty());
}

const UiCommand commands[] = {
    {group,
     "layout-tune",
     "Layout Tune",
     {key::f1 + 1},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.layout_tune = true; }},
    {group,
     "layout-review",
     "Layout Review",
     {key::f1 + 2},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.layout_review = true; }},
    {group,
     "larger-tiles",
     "Larger tiles",
     {key::plus, true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.larger_tiles = 1; }},
    {group,
     "smaller-tiles",
     "Smaller tiles",
     {key::minus, true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.larger_tiles = -1; }},
    {group,
     "find",
     "Filter by words…",
     {key::slash},
     pictures,
     has_project,
     [](CommandContext& c) { c.state.wishes.find = true; }},
    {group,
     "clear-filter",
     "Clear the filter",
     {},
     window,
     is_filtered,
     [](CommandContext& c) {
       c.state.query.filter = GalleryFilter::All;
       c.state.query.hide_rejected = false;
       c.state.query.text.clear();
     }},
    {group, "show-all", "Show all", {}, window, has_project, show_only<GalleryFilter::All>},
    {group, "show-new", "Show what is not judged", {}, window, has_project, show_only<GalleryFilter::New>},
    {group, "show-picked", "Show what is picked", {}, window, has_project, show_only<GalleryFilter::Picked>},
    {group, "show-rejected", "Show what is rejected", {}, window, has_project, show_only<GalleryFilter::Rejected>},
    {group, "show-images", "Show images", {}, window, has_project, show_only<GalleryFilter::Images>},
    {group, "show-videos", "Show videos", {}, window, has_project, show_only<GalleryFilter::Videos>},
    {group, "show-failed", "Show what failed", {}, window, has_project, show_only<GalleryFilter::Failed>},
    {group, "show-trash", "Show the trash", {}, window, has_project, show_only<GalleryFilter::Trash>},
    {group,
     "hide-rejected",
     "Hide rejected, or show them dimmed",
     {},
     window,
     has_project,
     [](CommandContext& c) { c.state.query.hide_rejected = !c.state.query.hide_rejected; }},
    {group, "sort-newest", "Sort by newest", {}, window, has_project, sort_by<GallerySort::Newest>},
    {group, "sort-oldest", "Sort by oldest", {}, window, has_project, sort_by<GallerySort::Oldest>},
    {group, "sort-name", "Sort by name", {}, window, has_project, sort_by<GallerySort::Name>},
    {group, "sort-model", "Sort by model", {}, window, has_project, sort_by<GallerySort::Model>},
    {group, "sort-prompt", "Sort by prompt", {}, window, has_project, sort_by<GallerySort::Prompt>},
    {group, "sort-stars", "Sort by stars", {}, window, has_project, sort_by<GallerySort::Stars>},
    {group, "group-generation", "Group by generation", {}, window, has_project, group_by<GalleryGrouping::Generation>},
    {group, "group-day", "Group by day", {}, window, has_project, group_by<GalleryGrouping::Day>},
    {group, "group-model", "Group by model", {}, window, has_project, group_by<GalleryGrouping::Model>},
    {group, "group-none", "No groups", {}, window, has_project, group_by<GalleryGrouping::None>},
    {group,
     "fold-all",
     "Fold all groups",
     {},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.fold_all = true; }},
    {group,
     "unfold-all",
     "Unfold all groups",
     {},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.unfold_all = true; }},
    {group,
     "square-tiles",
     "Square tiles on or off",
     {},
     window,
     has_project,
     [](CommandContext& c) { c.state.query.square = !c.state.query.square; }},
    {group,
     "reset-layout",
     "Reset the layout",
     {},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.reset_layout = true; }},
};

}  // namespace

std::span<const UiCommand> view_commands() { return commands; }

}  // namespace studio
