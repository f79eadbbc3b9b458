using EdgeAgent.EndToEnd.Demo;
using EdgeAgent.EndToEnd.Faults.Torture;

namespace EdgeAgent.EndToEnd;

/// <summary>What <c>./dev demo</c> and <c>./dev torture</c> run.</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) => arguments is ["torture", .. var rest] ? TortureCommand.RunAsync(rest) : DemoCommand.RunAsync();
}
