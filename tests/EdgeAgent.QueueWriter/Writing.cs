using EdgeAgent.Queue;

namespace EdgeAgent.QueueWriter;

/// <summary>A queue under load, until it is told to stop.</summary>
internal static class Writing
{
    /// <summary>Several, so that some wait for the commit of others.</summary>
    private const int Producers = 3;

    /// <summary>Runs the queue until <paramref name="stop"/>, then closes it, which writes everything.</summary>
    public static async Task RunAsync(MessageQueue queue, Order order, Report report, CancellationToken stop)
    {
        await using (queue)
        {
            var running = queue.RunAsync(CancellationToken.None);
            var values = new Values(order.First);
            var work = Enumerable.Range(0, order.Work == Work.Drain ? 0 : Producers)
                .Select(number => new Producer(queue, order, report, values, number).RunAsync(stop)).ToList();
            if (order.Work != Work.Fill)
            {
                work.Add(new Consumer(queue, order, report).RunAsync(stop));
            }

            // A store that dies ends the run, and with it the process: the other side sees it.
            await await Task.WhenAny(running, Task.WhenAll(work));
        }
    }
}
