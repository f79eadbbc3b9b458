using System.Reflection;

namespace EdgeAgent.Commands;

internal static class AgentVersion
{
    /// <summary>The version of this build, such as "0.1.0".</summary>
    public static string Text { get; } =
        typeof(AgentVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
