using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>The package without a running systemd: in a chroot, as when an image is made.</summary>
public sealed class PackageScriptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [SkippableFact]
    public async Task The_package_installs_upgrades_and_purges_in_a_root_that_is_not_running()
    {
        Skip.If(Package.Obstacle is not null, Package.Obstacle);
        Skip.If(DebianRoot.Obstacle is not null, DebianRoot.Obstacle);
        await Package.PutAsync(_folder);
        var root = _folder["root"];
        var copy = await ChildProcess.RunAsync("cp", "--archive", "--reflink=auto", await DebianRoot.PathAsync(), root);
        Assert.True(copy.ExitCode == 0, copy.Errors);
        File.Copy(_folder["current.deb"], Path.Combine(root, "current.deb"));
        File.Copy(_folder["newer.deb"], Path.Combine(root, "newer.deb"));

        await InsideAsync(root, "dpkg --install /current.deb");
        Assert.Contains("ok", (await InsideAsync(root, "edgeagent check")).Split('\n'));
        Assert.Equal("640 root _edgeagent", await InsideAsync(root, "stat --format '%a %U %G' /etc/edgeagent/edgeagent.yaml"));
        Assert.Equal("dialout gpio i2c spi video", await InsideAsync(root, "id -nG _edgeagent | tr ' ' '\\n' | grep -v _edgeagent | sort | paste -sd ' '"));
        await InsideAsync(root, "test -L /etc/systemd/system/multi-user.target.wants/edgeagent.service");

        await InsideAsync(root, "echo '# mine' >>/etc/edgeagent/edgeagent.yaml; dpkg --force-confold --install /newer.deb");
        Assert.Equal("# mine", await InsideAsync(root, "tail -n 1 /etc/edgeagent/edgeagent.yaml"));

        await InsideAsync(root, "mkdir -p /var/lib/edgeagent; echo >/var/lib/edgeagent/queue.db; dpkg --remove edgeagent; test -e /var/lib/edgeagent/queue.db");
        await InsideAsync(root, "dpkg --purge edgeagent; ! test -e /var/lib/edgeagent; ! test -e /etc/edgeagent");
    }

    [SkippableFact]
    public async Task The_package_is_clean_by_debians_own_measure_and_small()
    {
        Skip.If(Package.Obstacle is not null, Package.Obstacle);

        var lintian = await ChildProcess.RunAsync("lintian", "--allow-root", "--fail-on", "error,warning", "--info", Package.Path);
        var size = await ChildProcess.RunAsync("dpkg-deb", "--field", Package.Path, "Installed-Size");

        Assert.True(lintian.ExitCode == 0, lintian.Output + lintian.Errors);
        Assert.InRange(new FileInfo(Package.Path).Length, 1, 12 << 20);
        Assert.InRange(int.Parse(size.Output, provider: null), 1, 30 << 10);
    }

    [SkippableFact]
    public async Task The_same_input_gives_the_same_package()
    {
        Skip.If(Package.Obstacle is not null, Package.Obstacle);
        var before = await File.ReadAllBytesAsync(Package.Path);

        var again = await ChildProcess.RunAsync(Repository.PathOf("packaging/build-deb"), "amd64", "linux-x64", "2.27", _folder.Path);

        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.Equal(before, await File.ReadAllBytesAsync(_folder[Path.GetFileName(Package.Path)]));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<string> InsideAsync(string root, string command)
    {
        var (exitCode, output, errors) = await ChildProcess.RunAsync(
            "unshare", "--mount", "sh", "-ec", $"""mount -t proc proc '{root}/proc'; exec chroot '{root}' env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 sh -ec "$1" """, "-", command);
        Assert.True(exitCode == 0, $"{command}\nexit code {exitCode}\n{output}\n{errors}");
        return output;
    }
}
