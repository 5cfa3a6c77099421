extension ErrorCode {
    /// What the operator of an edge meets. Without counterpart in the reference system, which nobody else operates.
    static let edge: [ErrorCode] = [
        .configurationInvalid, .configurationUnreadable, .listenFailed, .dataFolderMissing, .dataFolderInUse,
        .dataFolderUnusable, .storeUnusable, .certificateUnusable, .usage, .storeUnavailable, .backupUnusable,
        .userEmailInvalid, .userExists, .accountUnknown, .apiKeyGone, .edgeSilent,
        .sshLibraryMissing, .sshHostKeyUnusable, .sealForged,
    ]

    package static let configurationInvalid = ErrorCode(
        100201,
        status: 500,
        meaning: "The configuration has something that cannot be used.",
        remedy: "Correct the setting that the message names; 'portico-edge config' shows what an edge has in force."
    )

    package static let configurationUnreadable = ErrorCode(
        100202,
        status: 500,
        meaning: "The configuration file cannot be read.",
        remedy: "Check its path and permissions, or name another with --config."
    )

    package static let listenFailed = ErrorCode(
        100203,
        status: 500,
        meaning: "An address cannot be listened on.",
        remedy: "Stop the process that has it, choose another port, or give this one the right to use ports below 1024."
    )

    package static let dataFolderMissing = ErrorCode(
        100204,
        status: 500,
        meaning: "The data folder was not set up.",
        remedy: "Run 'portico-edge init' first."
    )

    package static let dataFolderInUse = ErrorCode(
        100205,
        status: 500,
        meaning: "The data folder was set up before, or another process uses it.",
        remedy: "Use another folder, or stop the other process."
    )

    package static let storeUnusable = ErrorCode(
        100206,
        status: 500,
        meaning: "The database cannot be used.",
        remedy: "Check the disk and the permissions of the data folder; the message says what failed."
    )

    package static let certificateUnusable = ErrorCode(
        100207,
        status: 500,
        meaning: "A certificate or its key cannot be used.",
        remedy: "Give a PEM file with the chain, the leaf first, and the key that belongs to it."
    )

    package static let usage = ErrorCode(
        100208,
        status: 400,
        meaning: "The command line cannot be understood.",
        remedy: "Run the command with --help."
    )

    package static let dataFolderUnusable = ErrorCode(
        100209,
        status: 500,
        meaning: "The data folder, or a file in it, cannot be read or written safely.",
        remedy: "Make it belong to the user that runs the edge, and to nobody else; the message names what is wrong."
    )

    package static let storeUnavailable = ErrorCode(
        100210,
        status: 503,
        meaning: "The database cannot be reached at the moment; what is served goes on with what was read before.",
        remedy: "Try again in a few seconds. If it lasts: check that PostgreSQL runs, and the address in 'store'."
    )

    package static let backupUnusable = ErrorCode(
        100211,
        status: 500,
        meaning: "A backup cannot be written, or is not one that a database can be filled from.",
        remedy: "The message says what is wrong with the file; the database is as it was."
    )

    package static let userEmailInvalid = ErrorCode(
        100212,
        status: 400,
        meaning: "The e-mail address of a user has not the form of one.",
        remedy: "Write it as in someone@example.com, in at most 254 bytes."
    )

    package static let userExists = ErrorCode(
        100213,
        status: 409,
        meaning: "The account has a member with this e-mail address already.",
        remedy: "Use the member that is there; 'portico-edge user list' shows all of them."
    )

    package static let accountUnknown = ErrorCode(
        100214,
        status: 404,
        meaning: "There is no such account, or the user is no member of it.",
        remedy: "Use an identifier that 'portico-edge user list' shows."
    )

    package static let apiKeyGone = ErrorCode(
        100215,
        status: 404,
        meaning: "There is no such API key.",
        remedy: "Use an identifier that 'portico-edge api-key list' shows."
    )

    package static let edgeSilent = ErrorCode(
        100216,
        status: 503,
        meaning: "No edge that serves this data folder answers.",
        remedy: "Check that it runs, as the same user, and that both have the same 'data_dir'."
    )

    package static let sshLibraryMissing = ErrorCode(
        100380,
        status: 500,
        meaning: "The library that speaks SSH cannot be used.",
        remedy: "Install libssh (on Debian: apt-get install libssh-4), or leave out listeners.ssh."
    )

    package static let sshHostKeyUnusable = ErrorCode(
        100381,
        status: 500,
        meaning: "A host key of the SSH listener cannot be used.",
        remedy: "Put a private key of OpenSSH without a passphrase there, or remove the file for a new one."
    )

    package static let sealForged = ErrorCode(
        100217,
        status: 500,
        meaning: "What is sealed in a record was sealed for another one, or was changed in the database.",
        remedy: "Give the record its secret anew, and find out who writes the database beside the edge. After an edge "
            + "of an earlier version wrote it, give the secret anew, too."
    )
}
