package peer;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.apache.wss4j.common.crypto.Merlin;

/** Own key, the CAs and the partner's certificate, from PEM files. */
final class Keys {
    static final String OWN = "own";
    static final String PARTNER = "partner";
    static final char[] PASSWORD = "none".toCharArray();

    final KeyStore own = empty();
    final KeyStore trusted = empty();

    Keys(Path key, Path certificate, Path authorities, Path partner) throws Exception {
        Collection<? extends Certificate> chain = certificates(certificate);
        own.setKeyEntry(OWN, privateKey(key), PASSWORD, chain.toArray(new Certificate[0]));
        if (partner != null) {
            own.setCertificateEntry(PARTNER, certificates(partner).iterator().next());
        }
        int number = 0;
        for (Certificate authority : certificates(authorities)) {
            trusted.setCertificateEntry("ca-" + number++, authority);
        }
    }

    Merlin crypto() {
        Merlin crypto = new Merlin();
        crypto.setKeyStore(own);
        crypto.setTrustStore(trusted);
        return crypto;
    }

    KeyManagerFactory keyManagers() throws Exception {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own, PASSWORD);
        return factory;
    }

    TrustManagerFactory trustManagers() throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory;
    }

    private static KeyStore empty() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, PASSWORD);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file) throws Exception {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
    }

    private static PrivateKey privateKey(Path file) throws Exception {
        List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        String base64 = String.join("", lines.stream().filter(line -> !line.startsWith("-----")).toList());
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }
}
