namespace EdgeAgent.Commands;

/// <summary>The exit codes, as in sysexits.h and systemd.exec(5).</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 64;

    /// <summary>What was asked is not there, such as a running agent.</summary>
    public const int Unavailable = 69;

    /// <summary>A fault of the program.</summary>
    public const int Internal = 70;

    /// <summary>The disk said no.</summary>
    public const int InputOutput = 74;

    /// <summary>A right is missing.</summary>
    public const int Permission = 77;

    /// <summary>The configuration is wrong.</summary>
    public const int Configuration = 78;
}
