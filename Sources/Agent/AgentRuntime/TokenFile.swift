import Foundation
import Model

/// `config add-authtoken` and `config add-api-key`: keep a token in the configuration file.
package enum TokenFile {
    /// Writes the token into the file, which is made where it is missing.
    ///
    /// - Throws: `AgentSettings.LoadingError` when the file cannot be read, edited or written.
    package static func save(
        _ token: String,
        as key: TokenEdit.Key = .authtoken,
        to path: String
    ) throws(AgentSettings.LoadingError) {
        let file = PrivateFile(path: path)
        do {
            let edit = try TokenEdit(token, as: key, in: file.read() ?? "")
            try file.replace(with: edit.text)
        } catch let refusal as TokenEdit.Refusal {
            throw AgentSettings.LoadingError(.configurationInvalid, "\(path): \(refusal.description)")
        } catch {
            throw AgentSettings.LoadingError(
                .configurationUnreadable,
                "\(path): cannot be written: \(error.localizedDescription)"
            )
        }
    }
}
