package import Model
package import SSHKeys
import Secrets

/// The keys by which SSH clients know this edge: files of OpenSSH's form in the data folder, which only its owner may
/// read. One of the type Ed25519 is made where there is none; others are used where someone has put them there.
package struct SSHHostKeys: Sendable {
    private static let names = ["ssh_host_ed25519_key", "ssh_host_ecdsa_key", "ssh_host_rsa_key"]

    /// A key, and where it lies.
    package struct Entry: Sendable {
        package let file: String
        package let key: SSHHostKey
    }

    private let folder: DataFolder

    package init(_ folder: DataFolder) {
        self.folder = folder
    }

    /// Those that are there.
    ///
    /// - Throws: `.sshHostKeyUnusable`, `.dataFolderUnusable`.
    package func entries() throws(Failure) -> [Entry] {
        var entries: [Entry] = []
        for name in Self.names {
            let file = "\(self.folder.path)/\(name)"
            guard let bytes = try self.contents(of: file) else { continue }
            do throws(SSHHostKey.ParseError) {
                let key = try SSHHostKey(Secret(String(decoding: bytes, as: UTF8.self)))
                entries.append(Entry(file: file, key: key))
            } catch {
                throw Failure(.sshHostKeyUnusable, "\(file): \(error).", cause: error)
            }
        }
        return entries
    }

    private func contents(of file: String) throws(Failure) -> [UInt8]? {
        do throws(PrivateFileError) {
            return try PrivateFile(file).contents()
        } catch .missing {
            return nil
        } catch {
            throw self.folder.failure(error)
        }
    }

    /// The same; a key is made where there is none.
    package func load() throws(Failure) -> [Entry] {
        let entries = try self.entries()
        guard entries.isEmpty else { return entries }
        let file = "\(self.folder.path)/\(Self.names[0])"
        do {
            let key = try SSHHostKey()
            try PrivateFile(file).create(Array(key.text.reveal().utf8))
            return [Entry(file: file, key: key)]
        } catch let error as PrivateFileError {
            throw self.folder.failure(error)
        } catch {
            throw Failure(.sshHostKeyUnusable, "No host key was made.", detail: "\(error)", cause: error)
        }
    }
}
