import CLibSSH
import Model
import NIOConcurrencyHelpers

/// Who clients of SSH meet: the host keys, and the algorithms that are spoken.
final class SSHHost: Sendable {
    private let handle: NIOLockedValueBox<Handle>

    /// libssh only reads what it holds once it is made, under the lock.
    private struct Handle: @unchecked Sendable {
        let bind: ssh_bind
    }

    private static let algorithms: [(ssh_bind_options_e, String)] = [
        (
            SSH_BIND_OPTIONS_KEY_EXCHANGE,
            "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521"
        ),
        (
            SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS,
            "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256"
        ),
        (
            SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES,
            """
            ssh-ed25519,sk-ssh-ed25519@openssh.com,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,\
            sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256
            """
        ),
        (SSH_BIND_OPTIONS_CIPHERS_C_S, SSHHost.ciphers), (SSH_BIND_OPTIONS_CIPHERS_S_C, SSHHost.ciphers),
        (SSH_BIND_OPTIONS_HMAC_C_S, SSHHost.codes), (SSH_BIND_OPTIONS_HMAC_S_C, SSHHost.codes),
    ]
    private static let ciphers =
        "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes128-ctr"
    private static let codes = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com"

    /// - Parameter keys: private keys as OpenSSH writes them, one for each algorithm at most.
    /// - Throws: `.sshLibraryMissing`, or `.sshHostKeyUnusable`.
    init(keys: [Secret]) throws(Failure) {
        if let problem = clibssh_load() {
            throw Failure(.sshLibraryMissing, "libssh is not usable: \(String(cString: problem)).")
        }
        guard let bind = ssh_bind_new() else { throw Self.outOfMemory }
        self.handle = NIOLockedValueBox(Handle(bind: bind))
        var no = false
        ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no)
        ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BANNER, "Portico")
        for (option, names) in Self.algorithms {
            guard ssh_bind_options_set(bind, option, names) == 0 else {
                throw Failure(.sshLibraryMissing, "libssh knows none of \(names).")
            }
        }
        guard !keys.isEmpty else { throw Failure(.sshHostKeyUnusable, "There is no host key.") }
        for key in keys {
            var imported: ssh_key?
            guard ssh_pki_import_privkey_base64(key.reveal(), nil, nil, nil, &imported) == 0, let imported,
                // It belongs to the bind from here on.
                ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, UnsafeRawPointer(imported)) == 0
            else { throw Failure(.sshHostKeyUnusable, "A host key is no private key without a passphrase.") }
        }
    }

    deinit {
        self.handle.withLockedValue { ssh_bind_free($0.bind) }
    }

    private static let outOfMemory = Failure(.internalError, "There is no memory for another SSH session.")

    /// A session that speaks over `descriptor`, which is its own from here on.
    ///
    /// - Returns: nil where there is no memory for it; the descriptor is closed then.
    func accept(_ descriptor: CInt) -> ssh_session? {
        guard let session = ssh_new() else { return nil }
        ssh_set_blocking(session, 0)
        let isAccepted = self.handle.withLockedValue { ssh_bind_accept_fd($0.bind, session, descriptor) == 0 }
        guard isAccepted else {
            ssh_free(session)
            return nil
        }
        return session
    }
}
