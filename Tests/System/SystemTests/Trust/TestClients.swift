import Foundation
import TestSupport
import Testing

/// Authorities and certificates of clients, made by OpenSSL: files in a folder that is gone at the end.
struct TestClients: Sendable {
    /// Certificates with the keys beside them, `NAME.pem` and `NAME.key`.
    let folder: String

    /// What the authority `shop` has signed, `other` for the stranger's. `deep` has an authority between, `servers` is for
    /// servers alone.
    static let names = ["good", "expired", "early", "other", "revoked", "servers", "deep"]

    static func with<Result>(_ body: (TestClients) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "clients-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let shell = try #require(Tool("bash"))
        let said = try await shell.run(["-c", Self.script, "clients", folder])
        try #require(FileManager.default.fileExists(atPath: "\(folder)/done"), "\(said)")
        return try await body(TestClients(folder: folder))
    }

    /// The text of a file: `shop.pem`, `shop.crl`.
    func text(_ name: String) throws -> String {
        try String(contentsOf: URL(filePath: "\(self.folder)/\(name)"), encoding: .utf8)
    }

    /// What makes curl show the certificate `name`; nothing for nil.
    func curl(_ name: String?) -> [String] {
        name.map { ["--cert", "\(self.folder)/\($0).pem", "--key", "\(self.folder)/\($0).key"] } ?? []
    }

    /// The same for `openssl s_client`.
    func openssl(_ name: String?) -> [String] {
        guard let name else { return [] }
        let path = "\(self.folder)/\(name).pem"
        return ["-cert", path, "-key", "\(self.folder)/\(name).key", "-cert_chain", path]
    }

    private static let script = """
        set -e
        cd "$1"
        cat > c.cnf <<'END'
        [req]
        distinguished_name=dn
        [dn]
        [authority]
        basicConstraints=critical,CA:TRUE
        keyUsage=critical,keyCertSign,cRLSign
        subjectKeyIdentifier=hash
        [clients]
        basicConstraints=critical,CA:FALSE
        keyUsage=critical,digitalSignature
        extendedKeyUsage=clientAuth
        [servers]
        basicConstraints=critical,CA:FALSE
        keyUsage=critical,digitalSignature
        extendedKeyUsage=serverAuth
        [any]
        organizationName=optional
        commonName=supplied
        END
        for name in shop stranger between; do
            cat >> c.cnf <<END
        [$name]
        database=$name.index
        serial=$name.serial
        new_certs_dir=.
        default_md=sha256
        policy=any
        default_crl_days=30
        unique_subject=no
        END
            : > $name.index
            echo 1000 > $name.serial
        done
        key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }
        # authority NAME
        authority() {
            key $1
            openssl req -x509 -new -key $1.key -out $1.pem -subj "/O=Test/CN=$1" -days 30 -config c.cnf -extensions authority
        }
        # sign NAME AUTHORITY EXTENSIONS [WORDS...]
        sign() {
            local name=$1 by=$2 extensions=$3
            shift 3
            [ $# -gt 0 ] || set -- -days 30
            key $name
            openssl req -new -key $name.key -out $name.csr -subj "/O=Test/CN=$name" -config c.cnf
            openssl ca -batch -config c.cnf -name $by -cert $by.pem -keyfile $by.key -in $name.csr -out $name.pem \\
                -extensions $extensions -notext "$@"
        }
        authority shop
        authority stranger
        sign between shop authority
        sign good shop clients
        sign expired shop clients -startdate 20200101000000Z -enddate 20210101000000Z
        sign early shop clients -startdate 20390101000000Z -enddate 20400101000000Z
        sign other stranger clients
        sign revoked shop clients
        sign servers shop servers
        sign deep between clients
        cat between.pem >> deep.pem
        openssl ca -config c.cnf -name shop -cert shop.pem -keyfile shop.key -revoke revoked.pem
        openssl ca -config c.cnf -name shop -cert shop.pem -keyfile shop.key -gencrl -out shop.crl
        openssl ca -config c.cnf -name shop -cert shop.pem -keyfile shop.key -gencrl -out late.crl \\
            -crl_lastupdate 20200101000000Z -crl_nextupdate 20200102000000Z
        touch done
        """
}
