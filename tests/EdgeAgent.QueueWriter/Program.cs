using EdgeAgent.QueueWriter;

// The program that the fault tests cut, kill and starve: it keeps a real queue busy, and tells whoever started it what was accepted and what was
// acknowledged. It waits for one line of input (see Order); at the next, or at the end of its input, it stops cleanly.
var report = new Report(Console.OpenStandardOutput());
await Rehearsal.RunAsync();
report.Say("ready");
if (await Console.In.ReadLineAsync() is not { } line)
{
    return 0;
}

var order = Order.Parse(line);
var opening = order.Open();
if (opening.Queue is not { } queue)
{
    report.Say($"failed {opening.Failure!.ExitCode} {opening.Failure.Message}");
    return opening.Failure.ExitCode;
}

report.Say("opened");
using var stop = new CancellationTokenSource();
var listening = Task.Run(async () =>
{
    await Console.In.ReadLineAsync();
    await stop.CancelAsync();
});
await Writing.RunAsync(queue, order, report, stop.Token);
report.Say("closed");
return 0;
