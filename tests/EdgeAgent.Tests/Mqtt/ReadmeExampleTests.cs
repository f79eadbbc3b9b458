using System.Diagnostics;
using System.Globalization;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>The program in the README is one that was compiled and does what it says.</summary>
public sealed class ReadmeExampleTests
{
    [Fact]
    public void The_readme_shows_the_example_as_it_is_compiled()
    {
        var source = RepositoryFile.Read("tests/EdgeAgent.Mqtt.Example/Program.cs").TrimEnd();
        Assert.Contains($"```csharp\n{source}\n```", RepositoryFile.Read("README.md"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_example_publishes_and_subscribes()
    {
        await using var broker = await Mosquitto.StartAsync();
        var program = Path.Combine(AppContext.BaseDirectory.Replace("EdgeAgent.Tests", "EdgeAgent.Mqtt.Example", StringComparison.Ordinal), "EdgeAgent.Mqtt.Example.dll");
        using var example = Process.Start(new ProcessStartInfo("dotnet", [program, broker.Port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var lines = new List<string?>();
        while (lines.Count < 3)
        {
            lines.Add(await example.StandardOutput.ReadLineAsync().WaitAsync(ScriptedBroker.Patience));
        }

        Assert.Equal("connected", lines[0]);
        Assert.Equivalent(new[] { "publish 1: Success", "example/t: 21.5" }, lines.Skip(1));
        await example.StandardInput.WriteLineAsync();
        Assert.Equal("The connection was ended from this side.", await example.StandardOutput.ReadLineAsync().WaitAsync(ScriptedBroker.Patience));
        await example.WaitForExitAsync().WaitAsync(ScriptedBroker.Patience);
        Assert.Equal(0, example.ExitCode);
    }
}
