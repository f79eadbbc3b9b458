using System.Buffers.Binary;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>The packages for machines that this is not: looked at, not run.</summary>
public sealed class ForeignPackageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Debian's name, and what an ELF header of it says: bits, and the number of the machine (elf.h).</summary>
    public static TheoryData<string, int, int> Architectures => new() { { "amd64", 64, 62 }, { "arm64", 64, 183 }, { "armhf", 32, 40 } };

    [SkippableTheory]
    [MemberData(nameof(Architectures))]
    public async Task Every_binary_is_for_its_machine(string architecture, int bits, int machine)
    {
        await ExtractAsync(architecture);

        var binaries = 0;
        foreach (var file in Directory.EnumerateFiles(_folder["root"], "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            var header = new byte[20];
            await using var stream = File.OpenRead(file);
            if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) == header.Length && header.AsSpan().StartsWith("\u007fELF"u8))
            {
                binaries++;
                Assert.Equal((bits, machine), (header[4] * 32, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(18))));
            }
        }

        Assert.Equal(2, binaries);
    }

    [SkippableTheory]
    [MemberData(nameof(Architectures))]
    public async Task It_holds_what_the_others_hold_with_the_same_rights_and_stays_within_its_size(string architecture, int bits, int machine)
    {
        Assert.True(bits > 0 && machine > 0);
        await ExtractAsync(architecture);

        Assert.Equal(architecture, await FieldAsync(architecture, "Architecture"));
        Assert.Matches(@"libc6 \(>= 2\.\d+\)", await FieldAsync(architecture, "Depends"));
        Assert.Equal(await ListAsync(Package.Path), await ListAsync(Package.PathFor(architecture)));
        Assert.InRange(new FileInfo(Package.PathFor(architecture)).Length, 1, 12 << 20);
        Assert.InRange(int.Parse(await FieldAsync(architecture, "Installed-Size"), provider: null), 1, 30 << 10);
        var lintian = await ChildProcess.RunAsync("lintian", "--allow-root", "--fail-on", "error,warning", "--info", Package.PathFor(architecture));
        Assert.True(lintian.ExitCode == 0, lintian.Output + lintian.Errors);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Rights, owner and name of everything in it.</summary>
    private static async Task<string> ListAsync(string package) =>
        (await ChildProcess.RunAsync("sh", "-c", $"dpkg-deb --contents '{package}' | awk '{{ print $1, $2, $6 }}'")).Output;

    private static async Task<string> FieldAsync(string architecture, string field) =>
        (await ChildProcess.RunAsync("dpkg-deb", "--field", Package.PathFor(architecture), field)).Output.Trim();

    private async Task ExtractAsync(string architecture)
    {
        Skip.If(Package.Obstacle is not null, Package.Obstacle);
        Skip.If(Package.PathFor(architecture).Length == 0, $"the package feed has no .NET runtime for {architecture}, so no package was built");
        var extracted = await ChildProcess.RunAsync("dpkg-deb", "--extract", Package.PathFor(architecture), _folder["root"]);
        Assert.True(extracted.ExitCode == 0, extracted.Errors);
    }
}
