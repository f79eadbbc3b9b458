using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.Configuration;

/// <summary>What a configuration takes from the machine where it says nothing.</summary>
internal sealed record ConfigEnvironment
{
    /// <summary>This machine.</summary>
    public static ConfigEnvironment Machine { get; } = new()
    {
        HostName = Environment.MachineName,
        MachineIdPath = "/etc/machine-id",
        GetVariable = Environment.GetEnvironmentVariable,
        IsRoot = Environment.IsPrivilegedProcess,
        Service = new("/etc/edgeagent/edgeagent.yaml", "/etc/default/edgeagent", "/run/credentials/edgeagent.service"),
    };

    /// <summary>This machine, as the agent itself sees it.</summary>
    public static ConfigEnvironment Agent { get; } = Machine with { IsAgent = true };

    public required string HostName { get; init; }

    /// <summary>The file with the random name that systemd gave this installation (machine-id(5)).</summary>
    public required string MachineIdPath { get; init; }

    /// <summary>Null for a variable that is not set.</summary>
    public required Func<string, string?> GetVariable { get; init; }

    /// <summary>Whether the agent itself reads, and not a command beside it, which may be another user's.</summary>
    public bool IsAgent { get; init; }

    /// <summary>Whether root reads, who may read everything.</summary>
    public bool IsRoot { get; init; }

    /// <summary>Where the package puts what only the service is given; null: it was not installed.</summary>
    public ServicePlaces? Service { get; init; }

    /// <summary>Null for a file that is not there.</summary>
    public Func<string, FileRights?> RightsOf { get; init; } = FileRights.Of;

    /// <summary>
    /// The gateway and eight digits that no other machine has: half the world's Pis are called raspberrypi, and a broker cuts
    /// the first of two clients of one name off. The machine's id itself is to be kept private, says machine-id(5).
    /// </summary>
    public string DefaultClientId(string gateway)
    {
        string id;
        try
        {
            id = File.ReadAllText(MachineIdPath).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            id = HostName;
        }

        return $"{gateway}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"edgeagent client id {id}")).AsSpan(0, 4))}";
    }
}
