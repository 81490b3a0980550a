// Package jsonl is a reporter that writes events to a file, a JSON object on a line for each, and a reader of such files.
//
//	reporter, err := jsonl.Open("events.jsonl", nil)
//	if err != nil {
//		return err
//	}
//	tele.SetDefault(tele.New(reporter))
//	…
//	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
//	defer cancel()
//	err = reporter.Close(ctx)
//
// # Lines
//
// A timing and a metric, here on several lines each:
//
//	{"seq":2,"type":"timing","scope":"ingest.decode","duration_s":0.000153124,
//	 "depth":1,"parent_scope":"ingest","call_count":1,
//	 "start_monotonic_s":0.0021,"end_monotonic_s":0.002253124,
//	 "start_wall_time_s":1764111828.0051,"end_wall_time_s":1764111828.005253124,
//	 "stream":"6f1c09ab3de2","id":2,"parent_id":1,"attrs":{"file":"a.log","error":"truncated"}}
//	{"seq":1,"type":"metric","scope":"ingest.decode.rows","value":12,
//	 "depth":2,"parent_scope":"ingest.decode","metric_type":"counter",
//	 "monotonic_s":0.0022,"wall_time_s":1764111828.0052,
//	 "stream":"6f1c09ab3de2","parent_id":2}
//
// The keys of built-in metadata are those of [tele.Metadata.All]. Beside them there are:
//
//   - scope, duration_s, value: the path, how long a timing took, what a metric recorded
//   - monotonic_s, wall_time_s: when a metric was recorded, by the clocks of start_monotonic_s and start_wall_time_s
//   - stream: which Reporter has written the line
//   - seq: the number of the event in its stream, from 1 on. Lines of a stream are in this order, in which events came to an
//     end. A number that is missing belongs to an event that was dropped, or is in another file.
//   - id: the number of this scope in its stream, from 1 on
//   - parent_id: the id of the scope around it, or that a metric was recorded in. The line of that scope comes later, or
//     never, if the scope has not ended. Without parent_id there is none that the Reporter was told of.
//   - attrs: the attributes of the user, left out if there are none. They may have the names of all these keys.
//   - omitted_attrs, omitted_values: the number of attributes, and of values in a group that a metric recorded, that found
//     no room in the line
//
// All times and durations are in seconds, to the nanosecond: the numbers have more digits than a float64 keeps of wall
// times. Package [log/slog] knows kinds of values that JSON does not. Durations are numbers of seconds, times strings of RFC
// 3339, groups objects, errors their texts; NaN, +Inf and -Inf are these strings. What cannot be written is a string from
// "!ERROR: " on, or from "!PANIC: " on where a method panicked. If a key repeats, the last attribute has it, as that is the
// one that counts, and those before are kept as key#1, key#2.
//
// A path is at most some 8 KiB long. A string is cut after 64 KiB, and ends with an ellipsis. No attributes are added to a
// line of more than 512 KiB, so that no line is longer than [MaxLine].
//
// # Streams
//
// What a Reporter writes is a stream. Its name is random, so that several processes, and one after the other, may append to
// a file: an id is unique together with the stream. A stream has a header in each file, before its first event there:
//
//	{"type":"stream","format":"teleinstr","version":1,"stream":"6f1c09ab3de2","pid":4711,"program":"ingest",
//	 "process_start_wall_time_s":1764111828.003,"monotonic_s":0.0011,"wall_time_s":1764111828.0041}
//
// The last two are one moment by both clocks, process_start_wall_time_s is the wall time where the monotonic clock is 0. The
// version changes if a reader that passes over keys and types it does not know would get something wrong.
//
// # Buffering
//
// Events are written by a goroutine of the Reporter, once in an interval, or when there are many. The caller only makes up
// the line and puts it into a buffer; it does not wait for the file, unless the buffer is full: then it waits for a tenth of
// a second at most. If nothing has been written by then, events are dropped without waiting until something is. They are
// counted, see [Reporter.Dropped], and an entry of the default logger tells of it, one in ten seconds at most. The same goes
// for events that could not be written, because the disk is full for instance. The next ones are tried again.
//
// What is in the buffer when the program ends without [Reporter.Close], or crashes, is lost.
//
// # Files
//
// With [Options.MaxBytes], a file that would grow larger is renamed, events.jsonl to events.jsonl.1, an older one from there
// to events.jsonl.2 and so on, and a new one is started. Lines are not split, and each file can be read alone. A file that
// somebody else has renamed or removed, such as logrotate or another process that writes to it, is noticed at the next
// flush, and a new one is started. A file that cannot be renamed goes on growing, as do pipes and devices; renaming is tried
// again at the next flush.
//
// Several processes may write to a file, on systems that append atomically: all common ones do, for files on local disks. If
// they have a limit, it should be the same.
//
// The end of a file that a crash has left without a newline gets one before anything is appended.
package jsonl
