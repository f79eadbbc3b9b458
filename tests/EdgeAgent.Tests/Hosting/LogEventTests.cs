using System.Reflection;
using EdgeAgent.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Tests.Hosting;

public sealed class LogEventTests
{
    [Fact]
    public void Every_log_event_has_an_id_of_its_own_in_the_range_of_its_part()
    {
        (string Part, int First)[] ranges = [("Queue", 2000), ("Delivery", 3000), ("Sensors", 4000), ("Configuration", 5000), ("Hosting", 6000), ("Web", 6000)];

        var events = typeof(Agent).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(static method => (Method: method, Logged: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(static method => method.Logged is not null)
            .Select(static method => (Part: method.Method.DeclaringType!.Namespace!.Split('.')[1], Id: method.Logged!.EventId))
            .ToArray();

        Assert.True(events.Length > 30, $"{events.Length} events found");
        Assert.Empty(events.GroupBy(static logged => logged.Id).Where(static group => group.Count() > 1).Select(static group => group.Key));
        Assert.DoesNotContain(events, logged => ranges.Single(range => range.Part == logged.Part).First != logged.Id / 1000 * 1000);
    }
}
