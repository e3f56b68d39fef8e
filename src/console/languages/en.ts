export default import.meta.glob('../../messages/en/{console,pin,help}.json', { eager: true, import: 'default' });
