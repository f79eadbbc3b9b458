namespace EdgeAgent.Queue;

/// <summary>
/// The small tables of a damaged file, copied into the new one as far as they can be read: what the messages need (eras, envelopes), and what
/// was still to be told (ledger, dead letters), and how far the salvage of files before it had come. The store thread's alone.
/// </summary>
internal sealed class SalvagedTables(DamagedQueue damaged, Database database)
{
    /// <summary>In a transaction. What is in the new file already stays.</summary>
    /// <exception cref="StoreException">The new file failed.</exception>
    public void Copy()
    {
        _ = TryCopy("SELECT first_seq, name, boot_id, wall_offset, synced, started, clean FROM era",
            "INSERT OR IGNORE INTO era(first_seq, name, boot_id, wall_offset, synced, started, clean) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _ = TryCopy("SELECT id, spec, nullif(last_seq, 0) FROM envelope", "INSERT OR IGNORE INTO envelope(id, spec, last_seq) VALUES(?1, ?2, ?3)");
        _ = TryCopy($"SELECT key, value FROM state WHERE key LIKE '{SalvageProgress.Keys}'", "INSERT OR IGNORE INTO state(key, value) VALUES(?1, ?2)");
        _ = TryCopy("SELECT env, seq FROM latest", "INSERT OR IGNORE INTO latest(env, seq) VALUES(?1, ?2)");
        _ = TryCopy("SELECT id, run, reason, topic, era, seq_from, seq_to, wall_from, wall_to, count, note FROM ledger",
            "INSERT OR IGNORE INTO ledger(id, run, reason, topic, era, seq_from, seq_to, wall_from, wall_to, count, note) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");

        // A file that was damaged before it was brought up to date lacks the last two columns.
        if (!TryCopy("SELECT seq, priority, env, t, v, code, text, refused_at, attempts, retried FROM dead",
            "INSERT OR IGNORE INTO dead(seq, priority, env, t, v, code, text, refused_at, attempts, retried) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"))
        {
            _ = TryCopy("SELECT seq, priority, env, t, v, code, text, refused_at FROM dead",
                "INSERT OR IGNORE INTO dead(seq, priority, env, t, v, code, text, refused_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        }
    }

    /// <summary>Copies a table as far as it can be read; false where that was not to its end.</summary>
    private bool TryCopy(string select, string insert)
    {
        using var write = database.Prepare(insert);
        try
        {
            using var read = new Statement(damaged.Handle, select);
            while (read.Step())
            {
                write.BindRow(read);
                write.Run();
            }

            return true;
        }
        catch (StoreException exception) when (exception.Database == damaged.Handle)
        {
            // The rest of this table is lost; the messages tell how much that matters.
            return false;
        }
    }
}
