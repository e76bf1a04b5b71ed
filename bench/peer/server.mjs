// server.mjs — what a good engineer writes in a day: fastify and PostgreSQL, two processes, prepared
// statements; no sign-in, no scope, nothing sealed. It answers the requests of bench/load.lua.
//
//     node server.mjs PORT SOCKET_FOLDER
import cluster from 'node:cluster';
import fastify from 'fastify';
import pg from 'pg';

const [port, host] = process.argv.slice(2);
const PROCESSES = 2, CONNECTIONS = 4;
const COLUMNS = `id::text, version, home, name, id_no_mask, birth, sex, phone_mask, household_type,
    willingness, labour_status, source, collected_on, remark, created_at, updated_at`;

if (cluster.isPrimary) {
    for (let i = 0; i < PROCESSES; i++) cluster.fork();
} else {
    const pool = new pg.Pool({ host, user: 'admin', database: 'postgres', max: CONNECTIONS });
    pool.on('error', () => process.exit()); // the store has ended, and with it the measurement
    const ask = (name, text, values) => pool.query({ name, text, values });
    const app = fastify();

    app.get('/api/v1/people/:id', async ({ params }, reply) => {
        const { rows } = await ask('get', `SELECT ${COLUMNS} FROM person WHERE id = $1`, [params.id]);
        return rows[0] ?? reply.code(404).send({ error: 'not found' });
    });

    // A division is twelve digits; the zeros at its end stand for everything below.
    app.get('/api/v1/people', async ({ query: { labour_status: status, home, q, limit } }) => {
        const [where, values] = q
            ? ['name LIKE $1', [`%${q}%`]]
            : ['labour_status = $1 AND home BETWEEN $2 AND $3',
               [status, home, home.replace(/(00)+$/, (zeros) => '9'.repeat(zeros.length))]];
        const kind = q ? 'name' : 'home';
        const [page, count] = await Promise.all([
            ask(`${kind} page`, `SELECT ${COLUMNS} FROM person WHERE ${where} ORDER BY home, id
                LIMIT $${values.length + 1}`, [...values, limit]),
            ask(`${kind} count`, `SELECT count(*) FROM person WHERE ${where}`, values),
        ]);
        return { items: page.rows, total: Number(count.rows[0].count) };
    });

    app.get('/api/v1/people/summary', async () => {
        const { rows } = await ask('summary', `SELECT home / 1000000 AS county, labour_status,
            count(*) FROM person GROUP BY 1, 2`);
        return { items: rows };
    });

    app.patch('/api/v1/people/:id', async ({ params, body }, reply) => {
        const { rows } = await ask('patch', `WITH changed AS (UPDATE person SET version = version + 1,
                willingness = $2, remark = $3 WHERE id = $1 RETURNING ${COLUMNS}),
            kept AS (INSERT INTO audit (person_id, at, change)
                SELECT id::bigint, now(), to_json(changed) FROM changed)
            SELECT * FROM changed`, [params.id, body.willingness, body.remark]);
        return rows[0] ?? reply.code(404).send({ error: 'not found' });
    });

    await app.listen({ port: Number(port), host: '127.0.0.1' });
}
