using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace EdgeAgent.Sensors.Kernel;

/// <summary>
/// posix_spawn(3): starts a program without a shell as the leader of a session (and so a process group) of its own, with its
/// signals as a fresh program expects them (the runtime ignores SIGPIPE, which a child would inherit).
/// </summary>
internal static unsafe partial class Spawn
{
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    /// <summary>Room for glibc's posix_spawnattr_t (336 bytes), posix_spawn_file_actions_t (80) and sigset_t (128).</summary>
    private const int OpaqueSize = 512;

    private const string Library = "libc";

    /// <summary>Starts <paramref name="command"/> and gives its process id, or minus the error number.</summary>
    /// <param name="command">The program, looked up in PATH where it has no slash, and its arguments; at least one.</param>
    /// <param name="extraEnvironment">NAME=value, added to this process's own environment.</param>
    /// <param name="input">Becomes standard input; below 0: /dev/null.</param>
    /// <param name="output">Becomes standard output.</param>
    /// <param name="error">Becomes standard error.</param>
    public static int Start(IReadOnlyList<string> command, IEnumerable<string> extraEnvironment, int input, int output, int error)
    {
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        var signals = stackalloc byte[OpaqueSize];
        using var arguments = new TextVector(command);
        using var environment = new TextVector(Inherited().Concat(extraEnvironment));
        _ = ActionsInit(actions);
        _ = AttributesInit(attributes);
        try
        {
            _ = input < 0 ? ActionsAddOpen(actions, 0, "/dev/null", Libc.ReadOnly, 0) : ActionsAddDuplicate(actions, input, 0);
            _ = ActionsAddDuplicate(actions, output, 1);
            _ = ActionsAddDuplicate(actions, error, 2);
            _ = SignalsEmpty(signals);
            _ = AttributesSetMask(attributes, signals);
            _ = SignalsAdd(signals, Libc.SigPipe);
            _ = AttributesSetDefaults(attributes, signals);
            _ = AttributesSetFlags(attributes, SetSignalDefaults | SetSignalMask | SetSession);

            int process;
            var problem = StartInPath(&process, arguments.Items[0], actions, attributes, arguments.Items, environment.Items);
            return problem == 0 ? process : -problem;
        }
        finally
        {
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
        }
    }

    private static IEnumerable<string> Inherited() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}");

    [LibraryImport(Library, EntryPoint = "posix_spawnp")]
    private static partial int StartInPath(int* process, byte* file, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(void* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(void* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int ActionsAddDuplicate(void* actions, int from, int to);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ActionsAddOpen(void* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(void* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(void* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(void* attributes, short flags);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesSetMask(void* attributes, void* signals);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesSetDefaults(void* attributes, void* signals);

    [LibraryImport(Library, EntryPoint = "sigemptyset")]
    private static partial int SignalsEmpty(void* signals);

    [LibraryImport(Library, EntryPoint = "sigaddset")]
    private static partial int SignalsAdd(void* signals, int signal);

    /// <summary>A NULL-terminated array of C strings.</summary>
    private sealed class TextVector : IDisposable
    {
        private readonly int _count;

        public TextVector(IEnumerable<string> texts)
        {
            var all = texts.ToArray();
            _count = all.Length;
            Items = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
            {
                var bytes = Encoding.UTF8.GetBytes(all[i]);
                Items[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
                bytes.CopyTo(new Span<byte>(Items[i], bytes.Length));
            }
        }

        public byte** Items { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
            {
                NativeMemory.Free(Items[i]);
            }

            NativeMemory.Free(Items);
        }
    }
}
