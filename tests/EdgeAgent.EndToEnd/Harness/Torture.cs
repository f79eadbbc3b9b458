namespace EdgeAgent.EndToEnd.Harness;

/// <summary>Tests that take minutes, and run only when asked for.</summary>
internal static class Torture
{
    public static void SkipUnlessAsked() => Skip.If(Environment.GetEnvironmentVariable("EDGEAGENT_TORTURE") is null, "long; ./dev torture runs it");
}
