using System.Runtime.InteropServices;

namespace EdgeAgent.Configuration;

/// <summary>Whose a file is, and what it lets others do.</summary>
/// <param name="User">The owner's number; 0 for root.</param>
/// <param name="Group">The group's number; 0 for root's.</param>
/// <param name="Mode">The permissions.</param>
internal sealed partial record FileRights(uint User, uint Group, UnixFileMode Mode)
{
    // statx(2), whose structure is the same on every machine; .NET tells the mode of a file and not its group.
    private const int StatxSize = 256;
    private const int UserOffset = 20;
    private const int GroupOffset = 24;
    private const int ModeOffset = 28;
    private const int CurrentFolder = -100;
    private const uint ModeUserGroup = 0x1A;
    private const int Permissions = 0x1FF;

    /// <summary>Of a file or folder; null where there is none, or where this user cannot see it.</summary>
    public static unsafe FileRights? Of(string path)
    {
        var buffer = stackalloc byte[StatxSize];
        return Statx(CurrentFolder, path, 0, ModeUserGroup, buffer) == 0
            ? new(*(uint*)(buffer + UserOffset), *(uint*)(buffer + GroupOffset), (UnixFileMode)(*(ushort*)(buffer + ModeOffset) & Permissions))
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* buffer);
}
